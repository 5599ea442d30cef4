namespace RecSys.Data.Artifacts;

/// <summary>What an artifact holds.</summary>
public enum ArtifactKind
{
    /// <summary>Bytes that mean something to their user only.</summary>
    Bytes = 1,

    /// <summary>32-bit floats, row by row.</summary>
    FloatMatrix = 2,

    /// <summary>32-bit signed integers.</summary>
    Int32Array = 3,

    /// <summary>64-bit signed integers.</summary>
    Int64Array = 4,

    /// <summary>Texts, each its length in bytes as a 32-bit integer and then its UTF-8 bytes.</summary>
    TextList = 5,
}
