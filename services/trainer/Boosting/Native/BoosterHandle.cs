using Microsoft.Win32.SafeHandles;

namespace RecSys.Trainer.Boosting.Native;

/// <summary>A model in the library's memory.</summary>
internal sealed class BoosterHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => XgboostMethods.XGBoosterFree(handle) == 0;
}
