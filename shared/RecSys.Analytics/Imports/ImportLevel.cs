namespace RecSys.Analytics.Imports;

/// <summary>What becomes a track of the lake, in logs that name both.</summary>
public enum ImportLevel
{
    /// <summary>The track.</summary>
    Track,

    /// <summary>Its artist.</summary>
    Artist,
}
