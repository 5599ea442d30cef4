using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecSys.Data.Migrations.Sqlite
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
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "next_tracks",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "TEXT", nullable: false),
                    track_id = table.Column<string>(type: "TEXT", nullable: false),
                    next_track_ids = table.Column<string>(type: "TEXT", nullable: false),
                    probabilities = table.Column<string>(type: "TEXT", nullable: false)
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
