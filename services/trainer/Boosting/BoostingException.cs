namespace RecSys.Trainer.Boosting;

/// <summary>XGBoost refused a call.</summary>
internal sealed class BoostingException(string message) : Exception(message);
