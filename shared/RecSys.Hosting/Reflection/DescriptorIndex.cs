using Google.Protobuf.Reflection;

namespace RecSys.Hosting.Reflection;

/// <summary>Finds the file that declares a symbol, over the files of all mapped services and what they import.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = [];
    private readonly Dictionary<string, FileDescriptor> _symbols = [];
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = [];
    private readonly HashSet<string> _messages = [];

    public DescriptorIndex(IEnumerable<FileDescriptor> files)
    {
        foreach (var file in files)
        {
            AddFile(file);
        }
    }

    public FileDescriptor? FileByName(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FileOfSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    public FileDescriptor? FileOfExtension(string message, int number) => _extensions.GetValueOrDefault(message)?.GetValueOrDefault(number);

    /// <summary>The numbers of all extensions of a message, ascending; null when there is no such message.</summary>
    public IReadOnlyList<int>? ExtensionNumbers(string message) =>
        _messages.Contains(message) ? [.. _extensions.GetValueOrDefault(message)?.Keys ?? Enumerable.Empty<int>()] : null;

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (var service in file.Services)
        {
            AddSymbol(service, file);
            foreach (var method in service.Methods)
            {
                AddSymbol(method, file);
            }
        }

        AddEnums(file.EnumTypes, file);
        AddMessages(file.MessageTypes, file);
        AddExtensions(file.Extensions, file);
        foreach (var dependency in file.Dependencies)
        {
            AddFile(dependency);
        }
    }

    private void AddMessages(IEnumerable<MessageDescriptor> messages, FileDescriptor file)
    {
        foreach (var message in messages)
        {
            AddSymbol(message, file);
            _messages.Add(message.FullName);
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                AddSymbol(field, file);
            }

            foreach (var oneof in message.Oneofs)
            {
                AddSymbol(oneof, file);
            }

            AddEnums(message.EnumTypes, file);
            AddMessages(message.NestedTypes, file);
            AddExtensions(message.Extensions, file);
        }
    }

    private void AddEnums(IEnumerable<EnumDescriptor> enums, FileDescriptor file)
    {
        foreach (var type in enums)
        {
            AddSymbol(type, file);

            // As in C++, a value's scope is that of its enum, not the enum.
            var scope = type.FullName[..^type.Name.Length];
            foreach (var value in type.Values)
            {
                _symbols[scope + value.Name] = file;
            }
        }
    }

    private void AddExtensions(ExtensionCollection? extensions, FileDescriptor file)
    {
        foreach (var extension in extensions?.UnorderedExtensions ?? [])
        {
            AddSymbol(extension, file);
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var numbers))
            {
                _extensions[extension.ExtendeeType.FullName] = numbers = [];
            }

            numbers[extension.FieldNumber] = file;
        }
    }

    private void AddSymbol(IDescriptor descriptor, FileDescriptor file) => _symbols[descriptor.FullName] = file;
}
