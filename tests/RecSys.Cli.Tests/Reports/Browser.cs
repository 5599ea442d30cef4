using System.Text.Json;
using Microsoft.Playwright;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Reports;

/// <summary>Looks at files as a person's browser shows them: Debian's Chromium, without a window.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        InstalledPackage.RequireFile(Executable, "chromium");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>Opens a file and says what there is to find fault with.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="isDark">Whether the person prefers dark pages.</param>
    internal async Task<PageView> OpenAsync(string file, int width, bool isDark = false)
    {
        await using var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var page = await context.NewPageAsync();
        var requests = new List<string>();
        var messages = new List<string>();
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => messages.Add(message.Text);
        page.PageError += (_, error) => messages.Add(error);
        var address = new Uri(file).AbsoluteUri;
        await page.GotoAsync(address);
        var seen = await page.EvaluateAsync<JsonElement>(Look);
        requests.Remove(address);
        return new PageView(
            [.. requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal))],
            messages,
            await page.TitleAsync(),
            seen.GetProperty("text").GetString()!,
            seen.GetProperty("background").GetString()!,
            seen.GetProperty("pictures").GetInt32(),
            seen.GetProperty("elements").GetInt32(),
            [.. seen.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!)]);
    }

    // Pictures that are shown have a size and a title; their texts lie inside of them and not on one another; nothing is wider
    // than the window. Half a pixel is rounding.
    private const string Look =
        """
        () => {
          const faults = [];
          const shown = [...document.querySelectorAll('svg')].filter(svg => getComputedStyle(svg).display !== 'none');
          for (const svg of shown) {
            const box = svg.getBoundingClientRect();
            const title = svg.querySelector(':scope > title')?.textContent ?? '';
            if (title === '') faults.push('a picture without a title');
            if (box.width < 100 || box.height < 20) faults.push(`${title}: is ${box.width} x ${box.height}`);
            const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
            for (const [text, place] of texts) {
              if (text.includes('NaN') || text.includes('Infinity')) faults.push(`${title}: says ${text}`);
              if (place.left < box.left - 0.5 || place.right > box.right + 0.5 || place.top < box.top - 0.5 || place.bottom > box.bottom + 0.5)
                faults.push(`${title}: '${text}' lies outside`);
            }
            texts.forEach(([text, a], i) => texts.slice(i + 1).forEach(([other, b]) => {
              if (a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
                faults.push(`${title}: '${text}' lies on '${other}'`);
            }));
            for (const mark of svg.querySelectorAll('rect, circle, line, path, polyline'))
              for (const attribute of mark.attributes)
                if (/NaN|Infinity|∞/.test(attribute.value)) faults.push(`${title}: ${attribute.name}=${attribute.value}`);
          }
          if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
          return {
            faults, pictures: shown.length, elements: document.querySelectorAll('*').length,
            text: document.body?.innerText ?? document.documentElement.textContent,
            background: document.body ? getComputedStyle(document.body).backgroundColor : '',
          };
        }
        """;
}
