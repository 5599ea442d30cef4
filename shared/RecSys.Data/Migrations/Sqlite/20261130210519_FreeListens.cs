using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RecSys.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FreeListens : Migration
    {
        // Written by hand: for these changes EF rebuilds tables outside of a transaction, and says so at every first start. A table that is
        // kept in the order of its key is one tree to write into instead of two.
        private const string WithoutForeignKey = """
            CREATE TABLE recent_listens_new (
                user_id TEXT NOT NULL,
                track_id TEXT NOT NULL,
                listened_at INTEGER NOT NULL,
                played_share REAL NULL,
                play_count INTEGER NOT NULL,
                CONSTRAINT pk_recent_listens PRIMARY KEY (user_id, listened_at, track_id)) WITHOUT ROWID;
            INSERT INTO recent_listens_new SELECT user_id, track_id, listened_at, played_share, play_count FROM recent_listens ORDER BY 1, 3, 2;
            DROP TABLE recent_listens;
            ALTER TABLE recent_listens_new RENAME TO recent_listens;
            ALTER TABLE users DROP COLUMN recent_listen_count;
            """;

        private const string WithForeignKey = """
            ALTER TABLE users ADD COLUMN recent_listen_count INTEGER NOT NULL DEFAULT 0;
            UPDATE users SET recent_listen_count = (SELECT count(*) FROM recent_listens WHERE recent_listens.user_id = users.user_id);
            CREATE TABLE recent_listens_old (
                user_id TEXT NOT NULL,
                track_id TEXT NOT NULL,
                listened_at INTEGER NOT NULL,
                played_share REAL NULL,
                play_count INTEGER NOT NULL,
                CONSTRAINT pk_recent_listens PRIMARY KEY (user_id, listened_at, track_id),
                CONSTRAINT fk_recent_listens_user_id FOREIGN KEY (user_id) REFERENCES users (user_id) ON DELETE CASCADE);
            INSERT INTO recent_listens_old SELECT user_id, track_id, listened_at, played_share, play_count FROM recent_listens;
            DROP TABLE recent_listens;
            ALTER TABLE recent_listens_old RENAME TO recent_listens;
            """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(WithoutForeignKey);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(WithForeignKey);
    }
}
