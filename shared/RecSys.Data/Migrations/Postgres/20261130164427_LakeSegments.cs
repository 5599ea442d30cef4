using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecSys.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class LakeSegments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "lake_readers",
                columns: table => new
                {
                    reader_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_lake_readers", x => x.reader_id);
                });

            migrationBuilder.CreateTable(
                name: "lake_segments",
                columns: table => new
                {
                    path = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    kind = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    files = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    rows = table.Column<long>(type: "bigint", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    first_listen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_listen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    added_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_lake_segments", x => x.path);
                });

            migrationBuilder.CreateTable(
                name: "stored_messages",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    stored_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stored_messages", x => x.message_id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_lake_segments_name",
                table: "lake_segments",
                column: "name",
                unique: true,
                filter: "kind = 'import' AND removed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_lake_segments_removed_at",
                table: "lake_segments",
                column: "removed_at");

            migrationBuilder.CreateIndex(
                name: "ix_stored_messages_stored_at",
                table: "stored_messages",
                column: "stored_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "lake_readers");

            migrationBuilder.DropTable(
                name: "lake_segments");

            migrationBuilder.DropTable(
                name: "stored_messages");
        }
    }
}
