using Microsoft.Win32.SafeHandles;

namespace RecSys.Trainer.Boosting.Native;

/// <summary>Rows with labels, in the library's memory.</summary>
internal sealed class MatrixHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => XgboostMethods.XGDMatrixFree(handle) == 0;
}
