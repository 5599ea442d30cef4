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

    /// <summary>Gives the lock back.</summary>
    public ValueTask DisposeAsync() => _holder.DisposeAsync();
}
