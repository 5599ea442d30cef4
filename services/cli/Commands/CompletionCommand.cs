using System.CommandLine;

namespace RecSys.Cli.Commands;

/// <summary>
/// <c>recsys completion bash|zsh|fish|pwsh</c>: a script that completes commands, options and values by asking <c>recsys</c> itself, so
/// that it never goes out of date.
/// </summary>
internal static class CompletionCommand
{
    private static readonly (string Shell, string Use, string Script)[] Shells =
    [
        ("bash", "eval \"$(recsys completion bash)\" in ~/.bashrc", """
            _recsys() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(recsys "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _recsys recsys
            """),
        ("zsh", "eval \"$(recsys completion zsh)\" in ~/.zshrc, after compinit", """
            _recsys() {
                local -a found
                found=("${(@f)$(recsys "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                compadd -- $found
                _files
            }
            compdef _recsys recsys
            """),
        ("fish", "recsys completion fish > ~/.config/fish/completions/recsys.fish", """
            complete -c recsys -a '(set -l line (commandline -cp); recsys "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null)'
            """),
        ("pwsh", "recsys completion pwsh | Out-String | Invoke-Expression in $PROFILE", """
            Register-ArgumentCompleter -Native -CommandName recsys -ScriptBlock {
                param($word, $line, $position)
                recsys "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """),
    ];

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells.Select(known => known.Shell)) };
        shell.AcceptOnlyFromAmong([.. Shells.Select(known => known.Shell)]);
        var command = new Command("completion", $"Print a script that completes commands and options in a shell: {string.Join("; ", Shells.Select(known => known.Use))}")
        {
            shell,
        };
        command.SetAction(parsed => Console.Out.WriteLine(Shells.First(known => known.Shell == parsed.GetValue(shell)).Script));
        return command;
    }
}
