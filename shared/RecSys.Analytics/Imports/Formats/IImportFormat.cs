using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>A format of logs. It says how the engine reads the input; cleaning and writing are the same for all.</summary>
internal interface IImportFormat
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Finds the files, looks at their headers and says how to read them.</summary>
    /// <exception cref="LakeInputException">The input is not of this format.</exception>
    ImportPlan Plan(EngineConnection connection, IReadOnlyList<string> paths, ImportOptions options, CancellationToken cancellationToken);
}
