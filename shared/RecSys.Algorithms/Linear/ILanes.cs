using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

/// <summary>
/// What a kernel needs of a vector of floats, so that one body serves every width. Used as a type argument only: the compiler
/// specialises the body for each width and all calls disappear.
/// </summary>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector vector, float* target);

    /// <summary>The value in every lane.</summary>
    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a · b + c, fused where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(TVector vector);

    /// <summary>The sums of all lanes of four vectors.</summary>
    static abstract Vector128<float> Sums(TVector a, TVector b, TVector c, TVector d);

    /// <summary>Bit i says whether lane i of a is at least lane i of b; never for NaN.</summary>
    static abstract uint AtLeast(TVector a, TVector b);

    static abstract TVector Reciprocal(TVector vector);

    static abstract TVector SquareRoot(TVector vector);
}
