namespace RecSys.Ingest.Validation;

/// <summary>One thing that is wrong with one field of a listen or a track.</summary>
/// <param name="Field">The field as the contract spells it, such as <c>user_id</c> or <c>genres[3]</c>.</param>
/// <param name="Reason">What is wrong and what would be right, for the person who has to mend the producer.</param>
internal readonly record struct FieldFault(string Field, string Reason);
