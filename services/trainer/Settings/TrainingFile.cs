using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RecSys.Trainer.Settings;

/// <summary>The settings of a training as a YAML file, such as <c>als: { factors: 128 }</c>; docs/training.md has every key.</summary>
public static class TrainingFile
{
    private const int LineWidth = 110;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Values by key as <c>TrainModelRequest.settings</c> takes them, such as <c>als.factors</c>; only what the file says.</returns>
    /// <exception cref="TrainingFileException">
    /// The file can't be read, is no YAML mapping, or holds an unknown key or a value out of range: the message names file and line.
    /// </exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Parse(reader, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrainingFileException($"{path} can't be read: {exception.Message}");
        }
    }

    /// <summary>A file of all settings with their defaults; each stands under a comment with its range and meaning.</summary>
    public static string WriteDefaults()
    {
        var text = new StringBuilder("# Settings of a training, as `recsys train --config FILE` reads them. What is left out has its default.\n");
        string[] open = [];
        foreach (var group in TrainingSettings.All.GroupBy(setting => setting.Key.Split('.')[0]))
        {
            text.Append('\n');
            foreach (var setting in group)
            {
                var parts = setting.Key.Split('.');
                var shared = open.Zip(parts[..^1]).TakeWhile(pair => pair.First == pair.Second).Count();
                for (var depth = shared; depth < parts.Length - 1; depth++)
                {
                    text.Append(' ', 2 * depth).Append(parts[depth]).Append(":\n");
                }

                open = parts[..^1];
                var indent = new string(' ', 2 * open.Length);
                foreach (var line in Wrap($"{setting.Meaning} Allowed: {setting.Allowed}."))
                {
                    text.Append(indent).Append("# ").Append(line).Append('\n');
                }

                text.Append(indent).Append(parts[^1]).Append(": ").Append(setting.DefaultText).Append('\n');
            }
        }

        return text.ToString();
    }

    internal static IReadOnlyDictionary<string, string> Parse(TextReader reader, string name)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new TrainingFileException($"{name}:{exception.Start.Line}: {exception.InnerException?.Message ?? exception.Message}");
        }

        var values = new Dictionary<string, string>();
        if (stream.Documents.Count > 1)
        {
            throw new TrainingFileException($"{name}: holds {stream.Documents.Count} documents; one is expected.");
        }

        if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is not YamlScalarNode { Value: null or "" })
        {
            Add(stream.Documents[0].RootNode, "", name, values);
        }

        return values;
    }

    private static void Add(YamlNode node, string prefix, string name, Dictionary<string, string> values)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new TrainingFileException($"{name}:{node.Start.Line}: KEY: VALUE is expected, such as 'als: {{ factors: 128 }}'.");
        }

        foreach (var (keyNode, value) in mapping.Children)
        {
            var line = keyNode.Start.Line;
            if (keyNode is not YamlScalarNode { Value: { } part })
            {
                throw new TrainingFileException($"{name}:{line}: a key must be text, such as als.");
            }

            var key = prefix + part;
            if (SettingKeys.IsGroup(key) && value is YamlMappingNode or YamlScalarNode { Value: null or "", Style: ScalarStyle.Plain })
            {
                // A group without anything is what is left when all its settings are made comments.
                if (value is YamlMappingNode)
                {
                    Add(value, key + ".", name, values);
                }

                continue;
            }

            var setting = TrainingSettings.All.FirstOrDefault(known => known.Key == key)
                ?? throw new TrainingFileException($"{name}:{line}: {key} is not a setting; {SettingKeys.Hint(key)}.");
            if (value is not YamlScalarNode scalar)
            {
                throw new TrainingFileException($"{name}:{line}: {key} must be {setting.Allowed}, is a list or a group.");
            }

            var text = scalar.Value ?? "";
            if (setting.TryParse(text) is null)
            {
                throw new TrainingFileException($"{name}:{line}: {key} {setting.Refuse(text)}.");
            }

            if (!values.TryAdd(key, text))
            {
                throw new TrainingFileException($"{name}:{line}: {key} stands there twice.");
            }
        }
    }

    private static IEnumerable<string> Wrap(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > LineWidth)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}

/// <summary>A file of settings can't be used. The message says where and what would be right.</summary>
public sealed class TrainingFileException : Exception
{
    internal TrainingFileException(string message)
        : base(message)
    {
    }
}
