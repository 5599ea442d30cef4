using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>A lake and a folder of made files to import into it.</summary>
internal sealed class ImportCase : IDisposable
{
    private readonly TempFolder _folder = new();

    public ImportCase()
    {
        Lake = new ListenLake(_folder.File("lake"));
        Queries = new LakeQueries(Lake);
    }

    public ListenLake Lake { get; }

    public LakeQueries Queries { get; }

    /// <summary>The clock of the importer.</summary>
    public DateTimeOffset Now { get; init; } = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public string Path(string name) => _folder.File(name);

    /// <summary>Writes text, compressed when the name says so.</summary>
    public string Write(string name, string text, Encoding? encoding = null)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using Stream file = File.Create(path);
        using var stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write((encoding ?? Encoding.UTF8).GetBytes(text));
        return path;
    }

    /// <summary>Writes the rows of a query as Parquet.</summary>
    public string WriteParquet(string name, string sql, string options = "")
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Query($"COPY ({sql}) TO {SqlText.Literal(path)} (FORMAT parquet{options})");
        return path;
    }

    /// <summary>The folder of the newest files of an import.</summary>
    public static string FolderOf(ListenLake lake, string import) =>
        Directory.GetDirectories(System.IO.Path.Combine(lake.RootFolder, "imports", import)).Order(StringComparer.Ordinal).Last();

    /// <summary>The rows of a query over a file of an import, as text.</summary>
    public List<string?[]> Read(string import, string file, string columns) =>
        Query($"SELECT {columns} FROM read_parquet({SqlText.Literal(System.IO.Path.Combine(FolderOf(Lake, import), file))}) ORDER BY ALL");

    public Task<ImportReport> ImportAsync(string format, params string[] paths) => ImportAsync(format, new ImportOptions(), paths);

    public Task<ImportReport> ImportAsync(string format, ImportOptions options, params string[] paths) =>
        new LogImporter(Queries, new FixedTime(Now)).ImportAsync(format, paths, options);

    /// <summary>The rules that dropped something.</summary>
    public static IEnumerable<(string Rule, long Dropped)> Dropped(IEnumerable<ImportRule> rules) =>
        rules.Where(rule => rule.Dropped > 0).Select(rule => (rule.Rule, rule.Dropped));

    public void Dispose()
    {
        Queries.Dispose();
        Lake.Dispose();
        _folder.Dispose();
    }

    private List<string?[]> Query(string sql)
    {
        using var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 128 << 20, TempFolder = _folder.File("spill") });
        using var connection = database.Connect();
        if (sql.StartsWith("COPY", StringComparison.Ordinal))
        {
            connection.Execute(sql, CancellationToken.None);
            return [];
        }

        return SqlRows.Texts(connection, sql, CancellationToken.None);
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
