using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecSys.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "model_versions",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    status = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    settings = table.Column<string>(type: "jsonb", nullable: false),
                    metrics = table.Column<string>(type: "jsonb", nullable: false),
                    user_count = table.Column<long>(type: "bigint", nullable: false),
                    track_count = table.Column<long>(type: "bigint", nullable: false),
                    interaction_count = table.Column<long>(type: "bigint", nullable: false),
                    training_time_ms = table.Column<long>(type: "bigint", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    removing = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_versions", x => x.model_version);
                });

            migrationBuilder.CreateTable(
                name: "rejected_listens",
                columns: table => new
                {
                    rejected_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    reason = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    producer = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rejected_listens", x => x.rejected_id);
                });

            migrationBuilder.CreateTable(
                name: "tracks",
                columns: table => new
                {
                    track_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    title = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    artist = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    album = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    genres = table.Column<string[]>(type: "text[]", nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tracks", x => x.track_id);
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    recent_listen_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => x.user_id);
                });

            migrationBuilder.CreateTable(
                name: "active_model",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    active_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    previous_version = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    activated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_active_model", x => x.id);
                    table.CheckConstraint("ck_active_model_only_row", "id = 1");
                    table.ForeignKey(
                        name: "fk_active_model_active_version",
                        column: x => x.active_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_active_model_previous_version",
                        column: x => x.previous_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "model_artifacts",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    chunk_number = table.Column<int>(type: "integer", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_artifacts", x => new { x.model_version, x.name, x.chunk_number });
                    table.ForeignKey(
                        name: "fk_model_artifacts_model_version",
                        column: x => x.model_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "popular_tracks",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    rank = table.Column<int>(type: "integer", nullable: false),
                    track_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    listener_count = table.Column<long>(type: "bigint", nullable: false),
                    play_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_popular_tracks", x => new { x.model_version, x.rank });
                    table.ForeignKey(
                        name: "fk_popular_tracks_model_version",
                        column: x => x.model_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "similar_tracks",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    track_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    similar_track_ids = table.Column<string[]>(type: "text[]", nullable: false),
                    scores = table.Column<float[]>(type: "real[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_similar_tracks", x => new { x.model_version, x.track_id });
                    table.ForeignKey(
                        name: "fk_similar_tracks_model_version",
                        column: x => x.model_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_recommendations",
                columns: table => new
                {
                    model_version = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    track_ids = table.Column<string[]>(type: "text[]", nullable: false),
                    scores = table.Column<float[]>(type: "real[]", nullable: false),
                    sources = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_recommendations", x => new { x.model_version, x.user_id });
                    table.ForeignKey(
                        name: "fk_user_recommendations_model_version",
                        column: x => x.model_version,
                        principalTable: "model_versions",
                        principalColumn: "model_version",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "recent_listens",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    track_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    listened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    played_share = table.Column<float>(type: "real", nullable: true),
                    play_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_recent_listens", x => new { x.user_id, x.listened_at, x.track_id });
                    table.ForeignKey(
                        name: "fk_recent_listens_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "user_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_model_versions_created_at",
                table: "model_versions",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_rejected_listens_received_at",
                table: "rejected_listens",
                column: "received_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "active_model");

            migrationBuilder.DropTable(
                name: "model_artifacts");

            migrationBuilder.DropTable(
                name: "popular_tracks");

            migrationBuilder.DropTable(
                name: "recent_listens");

            migrationBuilder.DropTable(
                name: "rejected_listens");

            migrationBuilder.DropTable(
                name: "similar_tracks");

            migrationBuilder.DropTable(
                name: "tracks");

            migrationBuilder.DropTable(
                name: "user_recommendations");

            migrationBuilder.DropTable(
                name: "users");

            migrationBuilder.DropTable(
                name: "model_versions");
        }
    }
}
