namespace RecSys.Data.Bulk;

/// <summary>Refuses values that one of the databases would refuse or keep as something else.</summary>
internal static class StorableValues
{
    public static string Text(string text, string column) => StorableText.Require(text, column);

    public static string[] Texts(string[] texts, string column)
    {
        foreach (var text in texts)
        {
            StorableText.Require(text, column);
        }

        return texts;
    }

    public static float Number(float number, string column) => float.IsFinite(number) ? number : throw NotFinite(column);

    public static float[] Numbers(float[] numbers, string column)
    {
        foreach (var number in numbers)
        {
            if (!float.IsFinite(number))
            {
                throw NotFinite(column);
            }
        }

        return numbers;
    }

    private static ArgumentException NotFinite(string column) =>
        new($"Column {column} was given a number that is not finite. Leave such values out.", column);
}
