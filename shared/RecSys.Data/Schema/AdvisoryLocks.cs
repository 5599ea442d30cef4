namespace RecSys.Data.Schema;

/// <summary>Keys of Postgres advisory locks; arbitrary, but the same for all processes that share a database.</summary>
internal static class AdvisoryLocks
{
    /// <summary>Held while the schema is created or updated.</summary>
    public const long Migration = 0x7265_6373_7973_0001;

    /// <summary>Held for a transaction that activates or removes versions.</summary>
    public const long Models = 0x7265_6373_7973_0002;

    /// <summary>Held while a training runs.</summary>
    public const long Trainer = 0x7265_6373_7973_0003;
}
