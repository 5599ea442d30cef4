namespace RecSys.Algorithms.Linear;

/// <summary>
/// The layout that <see cref="TileKernel"/> reads best: a matrix of rows cut into strips of 16 columns, each strip contiguous.
/// Rows at a stride of a power of two would all fall into the same few sets of the cache.
/// </summary>
internal static unsafe class Strips
{
    /// <summary>Copies <paramref name="rowCount"/> rows of <paramref name="width"/> floats; strip s starts at s · rowCount · 16.</summary>
    public static void Pack(float* rows, nint stride, int rowCount, int width, float* strips)
    {
        var stripLength = (nint)rowCount * Padding.Tile;
        for (var r = 0; r < rowCount; r++)
        {
            var target = strips + ((nint)r * Padding.Tile);
            for (var c = 0; c < width; c += Padding.Tile)
            {
                new ReadOnlySpan<float>(rows + c, Padding.Tile).CopyTo(new Span<float>(target, Padding.Tile));
                target += stripLength;
            }

            rows += stride;
        }
    }
}
