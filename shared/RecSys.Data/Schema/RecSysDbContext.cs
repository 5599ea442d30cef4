using System.Globalization;
using EFCore.NamingConventions.Internal;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Metadata.Conventions.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Data.Segments;

namespace RecSys.Data.Schema;

/// <summary>
/// The tables, the same on both databases: what differs is how a time, a list or a JSON document is kept, which
/// <see cref="PostgresDbContext"/> and <see cref="SqliteDbContext"/> say. Each of them has its own migrations.
/// </summary>
internal abstract class RecSysDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Shadow property of a version whose rows are being deleted piece by piece: nobody sees it any more.</summary>
    public const string Removing = nameof(Removing);

    public DbSet<TrackRow> Tracks => Set<TrackRow>();

    public DbSet<UserRow> Users => Set<UserRow>();

    public DbSet<RecentListenRow> RecentListens => Set<RecentListenRow>();

    public DbSet<RejectedListenRow> RejectedListens => Set<RejectedListenRow>();

    public DbSet<DeletedUserRow> DeletedUsers => Set<DeletedUserRow>();

    public DbSet<ApiTokenRow> ApiTokens => Set<ApiTokenRow>();

    public DbSet<SegmentRow> LakeSegments => Set<SegmentRow>();

    public DbSet<SegmentReaderRow> SegmentReaders => Set<SegmentReaderRow>();

    public DbSet<StoredMessageRow> StoredMessages => Set<StoredMessageRow>();

    public DbSet<ModelVersionRow> ModelVersions => Set<ModelVersionRow>();

    public DbSet<ActiveModelRow> ActiveModels => Set<ActiveModelRow>();

    public DbSet<UserRecommendationsRow> UserRecommendations => Set<UserRecommendationsRow>();

    public DbSet<SimilarTracksRow> SimilarTracks => Set<SimilarTracksRow>();

    public DbSet<PopularTrackRow> PopularTracks => Set<PopularTrackRow>();

    public DbSet<NextTracksRow> NextTracks => Set<NextTracksRow>();

    public DbSet<ModelArtifactRow> ModelArtifacts => Set<ModelArtifactRow>();

    /// <summary>Makes sure, until the end of the transaction, that nobody else activates or removes versions.</summary>
    public abstract Task LockModelsAsync(CancellationToken cancellationToken);

    /// <summary>Deletes some of a version's rows.</summary>
    /// <returns>How many, at most <paramref name="limit"/>.</returns>
    public Task<int> DeletePieceAsync<TRow>(string version, int limit, CancellationToken cancellationToken)
        where TRow : ModelRow
    {
        var table = Model.FindEntityType(typeof(TRow))!.GetTableName();
        var sql = $"DELETE FROM {table} WHERE {RowAddress} IN (SELECT {RowAddress} FROM {table} WHERE model_version = {{0}} LIMIT {{1}})";
        return Database.ExecuteSqlRawAsync(sql, [version, limit], cancellationToken);
    }

    /// <summary>
    /// Copies up to <paramref name="limit"/> of a version's rows into another version, those after a key in the order of their
    /// keys; what is there already stays. The key is the column beside the version, a text.
    /// </summary>
    /// <returns>The last key that was looked at; null when none is left.</returns>
    public async Task<string?> CopyPieceAsync<TRow>(string from, string to, string after, int limit, CancellationToken cancellationToken)
        where TRow : ModelRow
    {
        var entity = Model.FindEntityType(typeof(TRow))!;
        var table = entity.GetTableName();
        var key = entity.FindPrimaryKey()!.Properties[1];
        var keys = await Set<TRow>()
            .Where(row => row.ModelVersion == from && string.Compare(EF.Property<string>(row, key.Name), after) > 0)
            .OrderBy(row => EF.Property<string>(row, key.Name))
            .Take(limit)
            .Select(row => EF.Property<string>(row, key.Name))
            .ToListAsync(cancellationToken);
        var last = keys.LastOrDefault();
        if (last is not null)
        {
            var keyColumn = key.GetColumnName();
            var columns = string.Join(", ", entity.GetProperties().Select(property => property.GetColumnName()).Where(name => name != "model_version"));
            var sql = $"INSERT INTO {table} (model_version, {columns}) SELECT {{0}}, {columns} FROM {table} "
                + $"WHERE model_version = {{1}} AND {keyColumn} > {{2}} AND {keyColumn} <= {{3}} ON CONFLICT DO NOTHING";
            await Database.ExecuteSqlRawAsync(sql, [to, from, after, last], cancellationToken);
        }

        return last;
    }

    /// <summary>The system column that says where a row is.</summary>
    protected abstract string RowAddress { get; }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<TimeSpan>().HaveConversion<MillisecondConverter>();

        // Each foreign key begins a primary key already, or stands in a table of one row.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();

        // As an option of the context it would also rename the columns of EF's own table of migrations, and databases that have
        // one would not be known any more.
        configurationBuilder.Conventions.Add(services => new NameRewritingConvention(
            services.GetRequiredService<ProviderConventionSetBuilderDependencies>(), new SnakeCaseNameRewriter(CultureInfo.InvariantCulture)));
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<TrackRow>(track =>
        {
            track.ToTable("tracks").HasKey(t => t.TrackId);
            track.Property(t => t.Duration).HasColumnName("duration_ms");

            // Null in rows of before the column came, until the migrator has filled it in.
            track.Property(t => t.NameKey);
            track.HasIndex(t => t.NameKey);
        });
        modelBuilder.Entity<UserRow>().ToTable("users").HasKey(u => u.UserId);

        // The key serves a page of one user's history, newest first, and finds the oldest ones to drop. There is no foreign key to the
        // users: each listen's check would cost more than the listen.
        modelBuilder.Entity<RecentListenRow>().ToTable("recent_listens").HasKey(l => new { l.UserId, l.ListenedAt, l.TrackId });
        modelBuilder.Entity<RejectedListenRow>(rejected =>
        {
            rejected.Property(r => r.RejectedId);
            rejected.Property(r => r.Kind).HasConversion(kind => kind.ToString().ToLowerInvariant(), stored => Enum.Parse<EventKind>(stored, true));
            rejected.ToTable("rejected_listens").HasKey(r => r.RejectedId);
            rejected.HasIndex(r => r.ReceivedAt);
        });
        modelBuilder.Entity<DeletedUserRow>(deleted =>
        {
            deleted.ToTable("deleted_users").HasKey(d => d.UserHash);
            deleted.HasIndex(d => d.Number).IsUnique();
        });
        modelBuilder.Entity<ApiTokenRow>(token =>
        {
            token.ToTable("api_tokens").HasKey(t => t.TokenId);
            token.Property(t => t.Scopes).HasConversion(scopes => scopes.ToString().ToLowerInvariant(), stored => Enum.Parse<TokenScopes>(stored, true));

            // A name may be used again once its token is revoked.
            token.HasIndex(t => t.Name).IsUnique().HasFilter("revoked_at IS NULL");
        });
        modelBuilder.Entity<SegmentRow>(segment =>
        {
            segment.ToTable("lake_segments").HasKey(s => s.Path);
            segment.Property(s => s.Kind).HasConversion(kind => kind.ToString().ToLowerInvariant(), stored => Enum.Parse<SegmentKind>(stored, true));
            segment.HasIndex(s => s.Name).IsUnique().HasFilter("kind = 'import' AND removed_at IS NULL");
            segment.HasIndex(s => s.RemovedAt);
            segment.Property(s => s.LastReader);
        });
        modelBuilder.Entity<SegmentReaderRow>().ToTable("lake_readers").HasKey(r => r.ReaderId);
        modelBuilder.Entity<StoredMessageRow>(message =>
        {
            message.ToTable("stored_messages").HasKey(m => m.MessageId);
            message.HasIndex(m => m.StoredAt);
        });

        ConfigureModels(modelBuilder);
    }

    private static void ConfigureModels(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ModelVersionRow>(model =>
        {
            model.ToTable("model_versions").HasKey(m => m.Version);
            model.Property(m => m.Version).HasColumnName("model_version");
            model.Property(m => m.Status).HasConversion(
                status => status.ToString().ToLowerInvariant(),
                stored => Enum.Parse<ModelStatus>(stored, true));
            model.Property(m => m.Settings).HasConversion(new JsonDictionaryConverter<string>(), new DictionaryComparer<string>());
            model.Property(m => m.Metrics).HasConversion(new JsonDictionaryConverter<double>(), new DictionaryComparer<double>());
            model.Property(m => m.TrainingTime).HasColumnName("training_time_ms");
            model.Property<bool>(Removing);
            model.HasQueryFilter(m => !EF.Property<bool>(m, Removing));
            model.HasIndex(m => m.CreatedAt);
        });
        modelBuilder.Entity<ActiveModelRow>(active =>
        {
            active.ToTable("active_model", table => table.HasCheckConstraint("ck_active_model_only_row", "id = 1")).HasKey(a => a.Id);
            active.Property(a => a.Id).ValueGeneratedNever();
            active.Property(a => a.Version).HasColumnName("active_version");

            // Restrict: whatever deletes versions, these two stay.
            active.HasOne<ModelVersionRow>().WithMany().HasForeignKey(a => a.Version).OnDelete(DeleteBehavior.Restrict)
                .HasConstraintName("fk_active_model_active_version");
            active.HasOne<ModelVersionRow>().WithMany().HasForeignKey(a => a.PreviousVersion).OnDelete(DeleteBehavior.Restrict)
                .HasConstraintName("fk_active_model_previous_version");
        });

        BelongsToModel<UserRecommendationsRow>(modelBuilder, "user_recommendations").HasKey(r => new { r.ModelVersion, r.UserId });
        BelongsToModel<SimilarTracksRow>(modelBuilder, "similar_tracks").HasKey(r => new { r.ModelVersion, r.TrackId });
        BelongsToModel<PopularTrackRow>(modelBuilder, "popular_tracks").HasKey(r => new { r.ModelVersion, r.Rank });
        BelongsToModel<NextTracksRow>(modelBuilder, "next_tracks").HasKey(r => new { r.ModelVersion, r.TrackId });
        BelongsToModel<ModelArtifactRow>(modelBuilder, "model_artifacts").HasKey(r => new { r.ModelVersion, r.Name, r.ChunkNumber });
    }

    private static EntityTypeBuilder<TRow> BelongsToModel<TRow>(ModelBuilder modelBuilder, string table)
        where TRow : ModelRow
    {
        var row = modelBuilder.Entity<TRow>().ToTable(table);
        row.Property(r => r.ModelVersion);
        row.HasOne<ModelVersionRow>().WithMany().HasForeignKey(r => r.ModelVersion).OnDelete(DeleteBehavior.Cascade)
            .HasConstraintName($"fk_{table}_model_version");
        return row;
    }
}
