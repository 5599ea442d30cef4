using System.Text;

namespace RecSys.Data.Schema;

internal static class SnakeCase
{
    /// <summary><c>ListenedAt</c> becomes <c>listened_at</c>.</summary>
    public static string From(string pascalCase)
    {
        var name = new StringBuilder(pascalCase.Length + 4);
        foreach (var letter in pascalCase)
        {
            if (char.IsUpper(letter) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }
}
