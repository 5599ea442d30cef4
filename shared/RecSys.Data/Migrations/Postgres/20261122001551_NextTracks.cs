using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecSys.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class NextTracks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "base_version",
                table: "model_versions",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "next_tracks",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    track_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    next_track_ids = table.Column<string[]>(type: "text[]", nullable: false),
                    probabilities = table.Column<float[]>(type: "real[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_next_tracks", x => new { x.model_version, x.track_id });
                    table.ForeignKey(
                        name: "fk_next_tracks_model_version",
                        column: x => x.model_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "next_tracks");

            migrationBuilder.DropColumn(
                name: "base_version",
                table: "model_versions");
        }
    }
}
