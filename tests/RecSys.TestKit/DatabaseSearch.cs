using System.Text;
using Npgsql;

namespace RecSys.TestKit;

/// <summary>Looks for a text in everything that a database holds.</summary>
public static class DatabaseSearch
{
    /// <summary>The tables of a Postgres database that have the text in any column, as text or as bytes.</summary>
    public static async Task<IReadOnlyList<string>> InPostgresAsync(string connectionString, string text)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (var list = source.CreateCommand("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        var found = new List<string>();
        foreach (var table in tables)
        {
            // A row as text has bytes as hexadecimal digits.
            await using var count = source.CreateCommand($"SELECT count(*) FROM \"{table}\" AS found WHERE position($1 in found::text) > 0 OR position($2 in found::text) > 0");
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)) });
            if ((long)(await count.ExecuteScalarAsync())! > 0)
            {
                found.Add(table);
            }
        }

        return found;
    }

    /// <summary>Those of some files, such as a SQLite database and its log, that have the text among their bytes.</summary>
    public static IReadOnlyList<string> InFiles(IEnumerable<string> files, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. files.Where(file => Read(file).AsSpan().IndexOf(bytes) >= 0)];
    }

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
