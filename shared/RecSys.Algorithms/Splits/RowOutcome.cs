namespace RecSys.Algorithms.Splits;

/// <summary>What finally became of a row of the log.</summary>
internal enum RowOutcome : byte
{
    Train,
    Test,
    OnNeitherSide,
    ItemNotInTrain,
    UserNotInTrain,
    PairInTrain,
}
