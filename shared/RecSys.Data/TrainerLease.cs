using System.Data;
using Npgsql;

namespace RecSys.Data;

/// <summary>The right to train, until disposed.</summary>
public sealed class TrainerLease : IAsyncDisposable
{
    private readonly IAsyncDisposable _holder;
    private readonly NpgsqlConnection? _connection;

    internal TrainerLease(IAsyncDisposable holder, NpgsqlConnection? connection)
    {
        _holder = holder;
        _connection = connection;
    }

    /// <summary>
    /// False once the connection that holds the lock is known to be lost. Another trainer may then have marked this
    /// one's version as failed; <see cref="Models.ModelStore"/> refuses to write to or finish such a version.
    /// </summary>
    public bool IsHeld => _connection is null || _connection.State == ConnectionState.Open;

    /// <summary>Gives the lock back; the next trainer may take it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (_holder)
        {
            if (_connection is not { State: ConnectionState.Open })
            {
                return;
            }

            // Closing alone would free the lock only when the server has noticed.
            try
            {
                await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", _connection);
                await command.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // The connection is lost, and the lock with it.
            }
        }
    }
}
