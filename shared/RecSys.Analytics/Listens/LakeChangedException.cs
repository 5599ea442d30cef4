namespace RecSys.Analytics.Listens;

/// <summary>Files were replaced between two looks at them: what was read does not belong together and is read again.</summary>
internal sealed class LakeChangedException() : Exception("The lake changed while it was read.");
