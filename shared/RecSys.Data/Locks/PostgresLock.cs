using Npgsql;

namespace RecSys.Data.Locks;

/// <summary>An advisory lock on a connection of its own. The server frees it when the connection or its process is gone.</summary>
internal static class PostgresLock
{
    /// <summary>Waits for the lock.</summary>
    /// <returns>What holds the lock until disposed.</returns>
    public static async Task<NpgsqlConnection> AcquireAsync(string connectionString, long key, CancellationToken cancellationToken) =>
        (await OpenAsync(connectionString, "SELECT true FROM pg_advisory_lock($1)", key, cancellationToken))!;

    /// <returns>What holds the lock until disposed; null when somebody else holds it.</returns>
    public static Task<NpgsqlConnection?> TryAcquireAsync(string connectionString, long key, CancellationToken cancellationToken) =>
        OpenAsync(connectionString, "SELECT pg_try_advisory_lock($1)", key, cancellationToken);

    private static async Task<NpgsqlConnection?> OpenAsync(string connectionString, string sql, long key, CancellationToken cancellationToken)
    {
        // Not pooled: a pool would keep the connection, and with it the lock. Kept awake: it may be held for hours in
        // which nothing is sent.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        var isHeld = false;
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
            isHeld = (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
            return isHeld ? connection : null;
        }
        finally
        {
            if (!isHeld)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
