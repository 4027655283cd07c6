using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Code;

public class CodeResultTests
{
    private static readonly byte[] _png = [0x89, 0x50, 0x4E, 0x47, 1, 2, 3, 4, 5];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_has_every_representation()
    {
        string base64 = Convert.ToBase64String(_png);
        CodeResult result = await ResultOf($$$"""
            "text":"t","html":"<b>","markdown":"*m*","svg":"<svg/>","png":"{{{base64}}}\n","jpeg":"{{{base64[..4]}}}\n{{{base64[4..]}}}","pdf":"{{{base64}}}",
            "latex":"$x$","json":{"a":[1,2.5,null]},"javascript":"f()","data":{"n":[1,2],"s":["x",null]},
            "chart":{"type":"pie","title":"P","elements":[]},"extra":{"application/geo+json":{"k":true}},"tomorrow":"new","is_main_result":true
            """);

        Assert.Equal(("t", "<b>", "*m*", "<svg/>", "$x$", "f()"), (result.Text, result.Html, result.Markdown, result.Svg, result.Latex, result.JavaScript));
        Assert.Equal(_png, result.Png);
        Assert.Equal(_png, result.Jpeg);
        Assert.Equal(_png, result.Pdf);
        Assert.Equal("""{"a":[1,2.5,null]}""", result.Json);
        Assert.Equal(["n", "s"], result.Data!.Columns);
        Assert.Equal<object?[]>([[1L, "x"], [2L, null]], result.Data.Rows.Select(static row => row.ToArray()));
        Assert.IsType<PieChart>(result.Chart);
        Assert.Equal("new", result.Extra["tomorrow"]);
        Assert.Equal(true, Assert.IsType<Dictionary<string, object?>>(result.Extra["application/geo+json"])["k"]);
        Assert.Equal(
            ["text", "html", "markdown", "svg", "png", "jpeg", "pdf", "latex", "json", "javascript", "data", "chart", "application/geo+json", "tomorrow"],
            result.Formats);
    }

    [Fact]
    public async Task A_picture_that_is_no_base64_is_kept_as_it_is_and_an_empty_chart_is_none()
    {
        CodeResult result = await ResultOf(""" "png":"<no picture>","chart":{},"extra":{} """);

        Assert.Null(result.Png);
        Assert.Null(result.Chart);
        Assert.Equal("<no picture>", result.Extra["png"]);
        Assert.Equal("(png)", result.ToString());
    }

    [Fact]
    public async Task Lines_and_points_are_rows_with_their_series()
    {
        CodeResult result = await ResultOf("""
            "chart":{"type":"line","title":"T","x_label":"Time (s)","y_label":null,"x_unit":"s","y_unit":null,"x_ticks":[0,1],"x_tick_labels":["0","1"],
            "x_scale":"linear","y_ticks":["2026-01-01"],"y_tick_labels":["Jan"],"y_scale":"of tomorrow",
            "elements":[{"label":"a","points":[[0,1],[1,2.5]]},{"label":"b","points":[["2026-01-01","nan"]]}]}
            """);

        PointChart chart = Assert.IsType<PointChart>(result.Chart);
        Assert.Equal((ChartType.Line, "T", "Time (s)", "s", "linear", "of tomorrow"), (chart.Type, chart.Title, chart.X.Label, chart.X.Unit, chart.X.Scale, chart.Y.Scale));
        Assert.Equal([0.0, 1.0], chart.X.Ticks);
        Assert.Equal(["a", "b"], chart.Series.Select(static series => series.Label));
        Assert.Equal(
            [("a", 0.0, 1.0), ("a", 1.0, 2.5), ("b", "2026-01-01", "nan")],
            chart.Points.Cast<ChartPoint>().Select(static point => (point.Series, point.X, point.Y)));
        Assert.Equal(ChartType.Scatter, (await ResultOf(""" "chart":{"type":"scatter","elements":[]} """)).Chart!.Type);
    }

    [Fact]
    public async Task Bars_slices_and_boxes_are_rows_and_a_superchart_has_its_charts()
    {
        CodeResult result = await ResultOf("""
            "chart":{"type":"superchart","title":"","elements":[
              {"type":"bar","title":"B","x_label":"x","elements":[{"label":"l","group":"g","value":3}]},
              {"type":"pie","title":"P","elements":[{"label":"half","angle":180.0,"radius":1.0}]},
              {"type":"box_and_whisker","title":null,"elements":[{"label":"q","min":1,"first_quartile":2,"median":3,"third_quartile":4,"max":5,"outliers":[9.5]}]},
              {"type":"sunburst","title":"S","elements":[1]}]}
            """);

        SuperChart chart = Assert.IsType<SuperChart>(result.Chart);
        Assert.Null(chart.Title);
        Assert.Equal([ChartType.Bar, ChartType.Pie, ChartType.BoxAndWhisker, ChartType.Unknown], chart.Charts.Select(static one => one.Type));
        ChartBar bar = Assert.IsType<ChartBar>(Assert.Single(chart.Charts[0].Points));
        Assert.Equal(("g", "l", 3.0), (bar.Group, bar.Label, bar.Value));
        ChartSlice slice = Assert.IsType<ChartSlice>(Assert.Single(chart.Charts[1].Points));
        Assert.Equal(("half", 180.0, 1.0), (slice.Label, slice.Angle, slice.Radius));
        ChartBox box = Assert.IsType<ChartBox>(Assert.Single(chart.Charts[2].Points));
        Assert.Equal(("q", 1.0, 2.0, 3.0, 4.0, 5.0), (box.Label, box.Min, box.FirstQuartile, box.Median, box.ThirdQuartile, box.Max));
        Assert.Equal([9.5], box.Outliers);
        Assert.Contains("sunburst", chart.Charts[3].Json, StringComparison.Ordinal);
        Assert.Equal([bar, slice, box], chart.Points);
    }

    [Theory]
    [InlineData("-----------------------------\e[0;31mE\e[0m        Traceback (most recent call last)Cell In [1], line 1\n----> 1 f()\nE: v", "E        Traceback (most recent call last)\nCell In [1], line 1\n----> 1 f()\nE: v")]
    [InlineData("Traceback (most recent call last)\n  line\nE: v", "Traceback (most recent call last)\n  line\nE: v")]
    [InlineData("----> 1 f()E: v", "----> 1 f()\nE: v")]
    [InlineData("E: v", "E: v")]
    [InlineData("", "")]
    public void A_traceback_is_plain_and_has_its_lines(string traceback, string expected) =>
        Assert.Equal(expected, new CodeError("E", "v", traceback).PlainTraceback);

    [Theory]
    [InlineData("", "2", "The code ended with exit code 2.")]
    [InlineData("SystemExit", "3", "SystemExit: 3")]
    [InlineData("", "out of order", "out of order")]
    public void An_exception_says_what_a_bare_exit_code_is(string name, string value, string expected) =>
        Assert.Equal(expected, new CodeExecutionException(new CodeError(name, value, string.Empty), "sandbox").Message);

    [Theory]
    [InlineData("""{"type":"line"}""")]
    [InlineData("""{"type":"bar","elements":"no list"}""")]
    [InlineData("""{"type":"line","elements":[{"points":[1,[2],"x"]},7]}""")]
    [InlineData("""{"type":"pie","elements":[{"angle":"wide"}]}""")]
    [InlineData("""{"type":7}""")]
    public async Task A_chart_of_another_form_does_not_make_the_result_fail(string chart)
    {
        Assert.Equal("here", (await ResultOf($""" "text":"here","chart":{chart} """)).Text);
    }

    private static async Task<CodeResult> ResultOf(string members)
    {
        string line = $$"""{"type":"result",{{members.ReplaceLineEndings(" ")}}}""";
        Sandbox sandbox = Client.Running(Encoding.UTF8.GetBytes(line + "\n{\"type\":\"end_of_execution\"}\n"));
        return Assert.Single((await sandbox.Code.RunAsync("x", cancellationToken: Token)).Results);
    }
}
