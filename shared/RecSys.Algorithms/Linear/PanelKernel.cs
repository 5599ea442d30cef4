namespace RecSys.Algorithms.Linear;

/// <summary>
/// The Gram matrix of a panel in strips (see <see cref="Strips"/>): A = PᵀP or A += PᵀP over the tiles on and above the diagonal,
/// Hu et al. 2008, eq. 4 with √w · y as the rows of P.
/// </summary>
internal static unsafe class PanelKernel
{
    /// <summary>A = PᵀP; rows may be any number, width is a multiple of 16.</summary>
    public static void SetGram(float* strips, int rows, int width, float* a, nint stride)
    {
        for (nint r = 0; r < width; r += Padding.Tile)
        {
            for (var c = r; c < width; c += Padding.Tile)
            {
                TileKernel.Set(strips + (r * rows), Padding.Tile, strips + (c * rows), Padding.Tile, rows, a + (r * stride) + c, stride);
            }
        }
    }

    /// <summary>A += PᵀP.</summary>
    public static void AddGram(float* strips, int rows, int width, float* a, nint stride)
    {
        for (nint r = 0; r < width; r += Padding.Tile)
        {
            for (var c = r; c < width; c += Padding.Tile)
            {
                TileKernel.Add(strips + (r * rows), Padding.Tile, strips + (c * rows), Padding.Tile, rows, a + (r * stride) + c, stride);
            }
        }
    }
}
