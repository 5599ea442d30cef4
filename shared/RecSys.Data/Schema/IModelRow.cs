namespace RecSys.Data.Schema;

/// <summary>A row that belongs to one model version and goes when the version goes.</summary>
internal interface IModelRow
{
    string ModelVersion { get; }
}
