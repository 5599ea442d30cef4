using System.Globalization;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Tests.Linear;

/// <summary>Proves in a child of <see cref="InstructionSetTests"/> that the switch did what it says.</summary>
public sealed class VectorWidthTests
{
    /// <summary>Environment variable with the widest vectors, in bits, that the process should have.</summary>
    internal const string ExpectedBits = "RECSYS_TEST_VECTOR_BITS";

    [Fact]
    public void Vectors_are_no_wider_than_the_environment_allows()
    {
        var limit = Environment.GetEnvironmentVariable(ExpectedBits) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 512;
        var widest = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;

        widest.ShouldBeLessThanOrEqualTo(limit);
    }
}
