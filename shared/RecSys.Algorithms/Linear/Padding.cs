namespace RecSys.Algorithms.Linear;

/// <summary>Rows of factors are padded with zeros to whole tiles, so that no kernel has a remainder in the factor direction.</summary>
internal static class Padding
{
    /// <summary>Floats in one cache line, lanes of the widest vector, and side of a tile.</summary>
    public const int Tile = 16;

    /// <summary>The next multiple of <see cref="Tile"/>.</summary>
    public static int RoundUp(int length) => (length + Tile - 1) & -Tile;
}
