using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace RecSys.TestKit;

/// <summary>
/// A process that a test started: its output is kept, it is stopped on dispose, and it does not outlive the test run
/// even when that is killed.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly string _name;
    private readonly string _stopSignal;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(string name, ProcessStartInfo start, string stopSignal)
    {
        _name = name;
        _stopSignal = stopSignal;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Exited += (_, _) => Signal();
        try
        {
            _process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"{name} could not be started: {exception.Message}", exception);
        }

        Id = _process.Id;
        Watchdog.Instance.AddProcess(Id, stopSignal);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The operating system's process id.</summary>
    public int Id { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>The exit code; 128 + n when signal n ended the process. Valid once <see cref="HasExited"/>.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>All lines so far of standard output and standard error, in the order of arrival.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="fileName">A path, or a name that is looked up in PATH.</param>
    /// <param name="arguments">The arguments, one each, not quoted.</param>
    /// <param name="environment">Variables to set; null removes one.</param>
    /// <param name="workingDirectory">Defaults to that of this process.</param>
    /// <param name="clearEnvironment">True to give the process only the variables in <paramref name="environment"/>.</param>
    /// <param name="stopSignal">The name of the signal that asks it to end, such as TERM or INT.</param>
    /// <exception cref="InvalidOperationException">The program could not be started.</exception>
    public static ChildProcess Start(
        string fileName,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null,
        bool clearEnvironment = false,
        string stopSignal = "TERM")
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Environment.CurrentDirectory,
        };
        if (clearEnvironment)
        {
            start.Environment.Clear();
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Path.GetFileName(fileName), start, stopSignal);
    }

    /// <summary>Starts a built .NET program, such as a service, by its assembly.</summary>
    /// <inheritdoc cref="Start" path="/param|/exception"/>
    /// <param name="assemblyPath">The program's dll; its runtimeconfig.json lies beside it.</param>
    public static ChildProcess StartDotnet(
        string assemblyPath,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null)
    {
        if (!File.Exists(assemblyPath))
        {
            throw new InvalidOperationException($"{assemblyPath} is not there. Build the solution first.");
        }

        return Start(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [assemblyPath, .. arguments], environment, workingDirectory);
    }

    /// <summary>Starts a script with the system's Python, the one that the system's python3-… packages belong to.</summary>
    /// <inheritdoc cref="Start" path="/param|/exception"/>
    /// <param name="scriptPath">The script.</param>
    public static ChildProcess StartPython(
        string scriptPath,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null)
    {
        InstalledPackage.RequireFile("/usr/bin/python3", "python3");
        return Start("/usr/bin/python3", ["-u", scriptPath, .. arguments], environment, workingDirectory);
    }

    /// <summary>Runs a program to its end and returns its output.</summary>
    /// <inheritdoc cref="Start" path="/param"/>
    /// <param name="timeout">The longest run; one minute by default.</param>
    /// <exception cref="InvalidOperationException">It could not be started or its exit code was not 0.</exception>
    /// <exception cref="TimeoutException">It took too long and was killed.</exception>
    public static async Task<string> RunAsync(
        string fileName,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null,
        bool clearEnvironment = false,
        TimeSpan? timeout = null)
    {
        await using var process = Start(fileName, arguments, environment, workingDirectory, clearEnvironment, stopSignal: "KILL");
        var exitCode = await process.WaitForExitAsync(timeout ?? TimeSpan.FromMinutes(1)).ConfigureAwait(false);
        return exitCode == 0
            ? process.Output
            : throw new InvalidOperationException($"{process._name} ended with exit code {exitCode}.{Environment.NewLine}{process.Output}");
    }

    /// <summary>Waits for a line of output that contains <paramref name="text"/>, earlier ones included, and returns it.</summary>
    /// <exception cref="TimeoutException">No such line in time.</exception>
    /// <exception cref="InvalidOperationException">The process ended without that line.</exception>
    public async Task<string> WaitForLineAsync(string text, TimeSpan timeout)
    {
        string? line = null;
        await WaitForAsync(
            () => (line = Output.Split('\n').FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal))) is not null,
            timeout,
            $"the line '{text}'").ConfigureAwait(false);
        return line!.TrimEnd('\r');
    }

    /// <summary>Waits until <paramref name="condition"/> holds, for instance until a port answers.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    /// <exception cref="InvalidOperationException">The process ended before.</exception>
    public Task WaitUntilAsync(Func<Task<bool>> condition, TimeSpan timeout, string what) =>
        Wait.UntilAsync(
            async () => await condition().ConfigureAwait(false)
                || (HasExited ? throw new InvalidOperationException(Describe($"ended before {what}")) : false),
            timeout,
            Describe(what));

    /// <summary>Waits until an HTTP GET of <paramref name="url"/>, such as a service's <c>/readyz</c>, answers with success.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    /// <exception cref="InvalidOperationException">The process ended before.</exception>
    public Task WaitUntilReadyAsync(Uri url, TimeSpan timeout) =>
        WaitUntilAsync(
            async () =>
            {
                try
                {
                    using var response = await Http.GetAsync(url).ConfigureAwait(false);
                    return response.IsSuccessStatusCode;
                }
                catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            timeout,
            $"{url} answered with success");

    /// <summary>Waits for the end and returns the exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var cancellation = new CancellationTokenSource(timeout);
        try
        {
            // Also waits for the end of the output.
            await _process.WaitForExitAsync(cancellation.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(Describe($"did not end within {timeout.TotalSeconds:0.#} s"));
        }

        Watchdog.Instance.RemoveProcess(Id);
        return _process.ExitCode;
    }

    /// <summary>Sends the stop signal and waits for the end; kills the process when it does not end within 20 s.</summary>
    public async Task StopAsync()
    {
        Send(_stopSignal);
        try
        {
            await WaitForExitAsync(StopTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await KillAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the process at once with SIGKILL, as a crash or a power cut would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send("KILL");
        await WaitForExitAsync(StopTimeout).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private void Send(string signal)
    {
        if (_process.HasExited)
        {
            return;
        }

        // The system's own command; .NET sends SIGKILL only. It fails only when the process has ended meanwhile, which is what was asked for.
        using var kill = Process.Start(new ProcessStartInfo("/bin/kill", ["-s", signal, $"{Id}"]) { RedirectStandardError = true })!;
        kill.WaitForExit();
    }

    private async Task WaitForAsync(Func<bool> condition, TimeSpan timeout, string what)
    {
        using var cancellation = new CancellationTokenSource(timeout);
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (condition())
            {
                return;
            }

            if (_process.HasExited)
            {
                // The last lines may still be on their way.
                await _process.WaitForExitAsync(cancellation.Token).ConfigureAwait(false);
                if (condition())
                {
                    return;
                }

                throw new InvalidOperationException(Describe($"ended with exit code {_process.ExitCode} before {what}"));
            }

            try
            {
                await changed.WaitAsync(cancellation.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(Describe($"did not give {what} within {timeout.TotalSeconds:0.#} s"));
            }
        }
    }

    private string Describe(string what) => $"{_name} (process {Id}) {what}. Its output:{Environment.NewLine}{Output}";

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
            }

            Signal();
        }
    }

    private void Signal() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
