using System.Diagnostics;
using System.Globalization;

namespace RecSys.TestKit;

/// <summary>
/// A shell process that outlives this one by a moment: when this process ends for whatever reason, its end of the pipe
/// closes, and the shell stops the processes that are still on its list and removes the temporary folders.
/// </summary>
internal sealed class Watchdog
{
    // A process is known by its id and its start time (field 22 of /proc/ID/stat), so that an id that was given to
    // another process in the meantime is left alone.
    private const string Script =
        """
        trap '' HUP INT TERM
        declare -A signals starts folders
        start_of() { local stat; { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1; set -- ${stat##*) }; echo "${20}"; }
        same() { [ -n "${starts[$1]}" ] && [ "$(start_of "$1")" = "${starts[$1]}" ]; }
        while read -r verb id rest; do
          case $verb in
            process) signals[$id]=$rest; starts[$id]=$(start_of "$id") ;;
            ended) unset "signals[$id]" "starts[$id]" ;;
            folder) folders[$id]=1 ;;
          esac
        done
        for id in "${!signals[@]}"; do same "$id" && kill -s "${signals[$id]}" "$id" 2>/dev/null; done
        for try in {1..100}; do
          alive=
          for id in "${!signals[@]}"; do same "$id" && alive=1; done
          [ -z "$alive" ] && break
          sleep 0.1
        done
        for id in "${!signals[@]}"; do same "$id" && kill -s KILL "$id" 2>/dev/null; done
        for folder in "${!folders[@]}"; do rm -rf -- "$folder"; done
        """;

    private readonly StreamWriter _commands;

    private Watchdog()
    {
        // setsid: the terminal's Ctrl-C must not reach the one that cleans up after it.
        var start = new ProcessStartInfo("setsid", ["bash", "-c", Script, "recsys-test-watchdog"])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The test watchdog did not start.");
        _commands = process.StandardInput;
        _commands.AutoFlush = true;
    }

    public static Watchdog Instance { get; } = new();

    public void AddProcess(int id, string stopSignal) => Send($"process {id.ToString(CultureInfo.InvariantCulture)} {stopSignal}");

    public void RemoveProcess(int id) => Send($"ended {id.ToString(CultureInfo.InvariantCulture)}");

    public void AddFolder(string path) => Send($"folder {path}");

    private void Send(string command)
    {
        lock (_commands)
        {
            _commands.WriteLine(command);
        }
    }
}
