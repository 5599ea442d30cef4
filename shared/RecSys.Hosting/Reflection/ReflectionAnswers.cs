using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using static Grpc.Reflection.V1.ServerReflectionRequest;

namespace RecSys.Hosting.Reflection;

/// <summary>Answers the questions of the server reflection protocol.</summary>
internal sealed class ReflectionAnswers(MappedServices services)
{
    private readonly Lazy<DescriptorIndex> _index = new(() => new(services.ByName.Values.Select(service => service.File)));

    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new();
                response.ListServicesResponse.Service.AddRange(services.ByName.Keys.Select(name => new ServiceResponse { Name = name }));
                break;
            case MessageRequestOneofCase.FileByFilename:
                SetFiles(response, _index.Value.FileByName(request.FileByFilename), $"file {request.FileByFilename}");
                break;
            case MessageRequestOneofCase.FileContainingSymbol:
                SetFiles(response, _index.Value.FileOfSymbol(request.FileContainingSymbol), $"symbol {request.FileContainingSymbol}");
                break;
            case MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                SetFiles(
                    response,
                    _index.Value.FileOfExtension(extension.ContainingType, extension.ExtensionNumber),
                    $"extension {extension.ExtensionNumber} of {extension.ContainingType}");
                break;
            case MessageRequestOneofCase.AllExtensionNumbersOfType:
                SetExtensionNumbers(response, request.AllExtensionNumbersOfType);
                break;
            default:
                SetError(response, StatusCode.InvalidArgument, "The request asks for nothing that this protocol knows.");
                break;
        }

        return response;
    }

    private void SetExtensionNumbers(ServerReflectionResponse response, string message)
    {
        if (_index.Value.ExtensionNumbers(message) is not { } numbers)
        {
            SetError(response, StatusCode.NotFound, $"There is no message {message}.");
            return;
        }

        response.AllExtensionNumbersResponse = new() { BaseTypeName = message };
        response.AllExtensionNumbersResponse.ExtensionNumber.AddRange(numbers);
    }

    /// <summary>Sends the file after all that it imports, so that a client can build it in order without asking again.</summary>
    private static void SetFiles(ServerReflectionResponse response, FileDescriptor? file, string what)
    {
        if (file is null)
        {
            SetError(response, StatusCode.NotFound, $"There is no {what}.");
            return;
        }

        var seen = new HashSet<string>();
        var found = new FileDescriptorResponse();
        Visit(file);
        response.FileDescriptorResponse = found;

        void Visit(FileDescriptor visited)
        {
            if (!seen.Add(visited.Name))
            {
                return;
            }

            foreach (var dependency in visited.Dependencies)
            {
                Visit(dependency);
            }

            found.FileDescriptorProto.Add(visited.SerializedData);
        }
    }

    private static void SetError(ServerReflectionResponse response, StatusCode code, string message) =>
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
}
