using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace RecSys.Data;

/// <summary>Checks the options where no host has bound them and checks them itself.</summary>
internal sealed class DatabaseOptionsValidator : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => Describe(options, problem)));
    }

    private static string Describe(DatabaseOptions options, ValidationResult problem) => problem.MemberNames.FirstOrDefault() is { } member
        ? $"{DatabaseOptions.SectionName}:{member} is '{typeof(DatabaseOptions).GetProperty(member)!.GetValue(options)}'. {problem.ErrorMessage}"
        : $"{DatabaseOptions.SectionName}: {problem.ErrorMessage}";
}
