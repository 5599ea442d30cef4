using System.Globalization;
using RecSys.Algorithms;

namespace RecSys.Analytics.Synthetic;

/// <summary>Makes up names that a person can read, each given once.</summary>
internal sealed class NameBook(SplitMix random)
{
    private static readonly string[] FirstNames =
    [
        "Ada", "Bela", "Carlos", "Dunya", "Elif", "Femi", "Greta", "Hana", "Igor", "Juno", "Kofi", "Lena", "Mila", "Nuri", "Olga",
        "Pablo", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Vera", "Wanda", "Ximena", "Yusuf", "Zoe", "Anton", "Birgit", "Chidi",
        "Dora", "Emil", "Freya", "Gus", "Hugo", "Ines", "Jonas", "Kaya", "Lars", "Maya", "Nils", "Otis", "Petra", "Ravi", "Selma",
        "Timo", "Ursula", "Viktor", "Willa", "Yara", "Zeno", "Alma", "Bruno", "Clara", "Davor", "Edda", "Fritz", "Gina", "Henk",
    ];

    private static readonly string[] Surnames =
    [
        "Marlowe", "Okafor", "Lindqvist", "Pereira", "Novak", "Calloway", "Fontaine", "Haddad", "Ivanova", "Jansen", "Kowalski",
        "Lovelace", "Moreau", "Nakamura", "Oduya", "Pemberton", "Quispe", "Rasmussen", "Sorensen", "Thibault", "Umarov", "Valdez",
        "Whitlock", "Yilmaz", "Zamora", "Abernathy", "Bellweather", "Crane", "Dimitrov", "Esposito",
    ];

    private static readonly string[] Animals =
    [
        "otter", "heron", "badger", "lynx", "magpie", "newt", "walrus", "yak", "gecko", "puffin", "marmot", "ibis", "jackal",
        "koala", "lemur", "moose", "narwhal", "ocelot", "panda", "quail", "raccoon", "stoat", "tapir", "urchin", "vole", "wombat",
        "axolotl", "bison", "cricket", "dingo", "egret", "ferret", "gibbon", "hare", "iguana", "jay", "kiwi", "llama", "mole",
        "numbat", "owl", "pelican", "robin", "sloth", "toad", "viper", "weasel", "zebra",
    ];

    private static readonly string[] Moments =
    [
        "Midnight", "Noon", "Half Past Nine", "the Last Minute", "Dawn", "Closing Time", "Twenty to Three", "the Weekend",
    ];

    private static readonly string[] Verbs =
    [
        "Waiting for", "Borrowing", "Forgetting", "Painting", "Apologizing to", "Chasing", "Dancing with", "Counting", "Repairing",
        "Looking for", "Arguing with", "Waving at",
    ];

    // Each name that was given, with the number of its last sequel.
    private readonly Dictionary<string, int> _given = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A listener's name, such as <c>mila.otter</c>.</summary>
    public string User() => GiveOnce(() => $"{random.Pick(FirstNames)}.{random.Pick(Animals)}".ToLowerInvariant(), ".");

    public string Artist(GenreWords words) => GiveOnce(() => random.NextInt(7) switch
    {
        0 => $"The {random.Pick(words.Adjectives)} {random.Pick(words.Things)}s",
        1 => $"{random.Pick(words.Adjectives)} {random.Pick(words.Things)}",
        2 => $"{random.Pick(FirstNames)} & the {random.Pick(words.Things)}s",
        3 => $"{random.Pick(words.Things)} {random.Pick(words.Things)}",
        4 => $"{random.Pick(FirstNames)} {random.Pick(words.Adjectives)}",
        _ => $"{random.Pick(FirstNames)} {random.Pick(Surnames)}",
    });

    public string Album(GenreWords words) => GiveOnce(() => AnyAlbum(words));

    public string Track(GenreWords words) => GiveOnce(() => AnyTrack(words));

    /// <summary>An album's name that others may have, too.</summary>
    public string AnyAlbum(GenreWords words) => Capitalized(random.NextInt(6) switch
    {
        0 => $"Live in {random.Pick(words.Places)}",
        1 => $"{random.Pick(words.Things)} Season",
        2 => $"{random.Pick(words.Adjectives)} {random.Pick(words.Things)}s & {random.Pick(words.Adjectives)} {random.Pick(words.Things)}s",
        3 => $"Songs for {A(random.Pick(words.Adjectives))} {random.Pick(words.Things)}",
        4 => $"Greetings from {random.Pick(words.Places)}",
        _ => $"The {random.Pick(words.Adjectives)} {random.Pick(words.Things)} Tapes",
    });

    /// <summary>A track's name that others may have, too, as songs do.</summary>
    public string AnyTrack(GenreWords words) => Capitalized(random.NextInt(11) switch
    {
        0 => $"{random.Pick(words.Adjectives)} {random.Pick(words.Things)}",
        1 => $"{random.Pick(words.Things)} in {random.Pick(words.Places)}",
        2 => $"No More {random.Pick(words.Things)}s",
        3 => $"{random.Pick(Verbs)} the {random.Pick(words.Things)}",
        4 => $"Letter to {A(random.Pick(words.Adjectives))} {random.Pick(words.Things)}",
        5 => $"{random.Pick(words.Places)} at {random.Pick(Moments)}",
        6 => $"{random.Pick(Verbs)} {random.Pick(FirstNames)}",
        7 => $"My {random.Pick(words.Things)} Left Me for {A(random.Pick(words.Things))}",
        8 => $"{random.Pick(words.Things)}s Don't Call Back",
        9 => $"Every {random.Pick(words.Things)} Needs {A(random.Pick(words.Things))}",
        _ => $"{random.Pick(words.Adjectives)} {random.Pick(words.Things)} at {random.Pick(Moments)}",
    });

    private string GiveOnce(Func<string> make, string separator = " ")
    {
        var name = Capitalized(make());
        for (var tries = 0; tries < 8; tries++)
        {
            if (_given.TryAdd(name, 1))
            {
                return name;
            }

            name = Capitalized(make());
        }

        // The words are used up: number the name, as sequels and namesakes are.
        string numbered;
        do
        {
            var number = _given.GetValueOrDefault(name, 1) + 1;
            _given[name] = number;
            numbered = string.Create(CultureInfo.InvariantCulture, $"{name}{separator}{number}");
        }
        while (!_given.TryAdd(numbered, 1));

        return numbered;
    }

    // By the letter, which is right for every word of GenreWords but those that begin like "you".
    private static string A(string word) =>
        "AEIOU".Contains(word[0], StringComparison.Ordinal) && !word.StartsWith("U-", StringComparison.Ordinal) ? $"an {word}" : $"a {word}";

    private static string Capitalized(string name) =>
        name.StartsWith("the ", StringComparison.Ordinal) || name.StartsWith("a ", StringComparison.Ordinal)
            ? char.ToUpperInvariant(name[0]) + name[1..]
            : name;
}
