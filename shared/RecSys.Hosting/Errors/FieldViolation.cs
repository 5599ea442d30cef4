namespace RecSys.Hosting.Errors;

/// <summary>One bad field of a request.</summary>
/// <param name="Field">Its path from the request's root, in the contract's spelling: <c>listens[3].user_id</c>.</param>
/// <param name="Description">What is wrong and what would be right, as a clause: <c>must not be empty</c>.</param>
public readonly record struct FieldViolation(string Field, string Description);
