namespace RecSys.Trainer.Settings;

/// <summary>How confidence grows with plays.</summary>
internal enum ConfidenceChoice
{
    /// <summary>1 + alpha · r.</summary>
    Linear,

    /// <summary>1 + alpha · ln(1 + r / c0).</summary>
    Log,

    /// <summary>alpha, however often.</summary>
    Uniform,
}
