using System.Text;
using Nfqlb.Checks;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Checks;

public class HttpAnswerTests
{
    private const string Wrong = "the body is not the right one";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "")]
    [InlineData("HTTP/1.0 204\r\n", "")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n", "status 503")]
    [InlineData("HTTP/1.1 404\r\n", "status 404")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "no HTTP answer")]
    [InlineData("HTTP/2 200\r\n", "no HTTP answer")]
    [InlineData("HTTP/1.1 20\r\n", "no HTTP answer")]
    [InlineData("HTTP/1.1 2xx\r\n", "no HTTP answer")]
    [InlineData("HTTP/1.1\r\n", "no HTTP answer")]
    [InlineData("\r\n", "no HTTP answer")]
    public void The_status_line_is_enough_where_no_body_is_asked_for(string answer, string reason) =>
        Assert.Equal(reason, Judge(answer, isEnd: false, ""));

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 O")]
    public void Less_is_not_enough_until_no_more_comes(string answer)
    {
        Assert.Null(Judge(answer, isEnd: false, ""));
        Assert.Equal("no HTTP answer", Judge(answer, isEnd: true, ""));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is we", false, null)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is well", false, "")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is lost", false, null)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is lost", true, Wrong)]
    [InlineData("HTTP/1.1 200 OK\r\nX: well\r\n\r\nlost", true, Wrong)]
    [InlineData("HTTP/1.1 200 OK\r\nX: well\r\n", true, Wrong)]
    [InlineData("HTTP/1.1 500 No\r\n\r\nwell", true, "status 500")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlost", false, Wrong)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlost", false, null)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwe\r\n2;x=y\r\nll\r\n", false, "")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwe\r\n2\r\nl", false, null)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nlost\r\n0\r\n\r\n", false, Wrong)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nwell\r\n", false, Wrong)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nwell", false, "")]
    public void A_body_is_read_until_it_has_what_is_asked_for(string answer, bool isEnd, string? reason) =>
        Assert.Equal(reason, Judge(answer, isEnd, "well"));

    [Fact]
    public void An_endless_answer_ends()
    {
        string endless = "HTTP/1.1 200 OK\r\n\r\n" + new string('x', HttpAnswer.MostBytes);
        Assert.Equal(Wrong, Judge(endless, isEnd: false, "well"));
        Assert.Equal("no HTTP answer", Judge(new string('x', HttpAnswer.MostBytes), isEnd: false, ""));
    }

    /// <summary>Whatever comes back is judged, and once it is, more does not undo that.</summary>
    [Fact]
    public void Any_bytes_are_judged_at_their_end() => Seeded.Run(random =>
    {
        string[] parts =
        [
            "HTTP/1.1 ", "200", " OK", "\r\n", "\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: ", "4",
            "well", "ffffffff", "0", ":", "\n", "\0",
        ];
        for (int round = 0; round < 5000; round++)
        {
            string answer = string.Concat(random.GetItems(parts, random.Next(20)));
            string body = random.Next(2) == 0 ? "" : "well";
            Assert.NotNull(Judge(answer, isEnd: true, body));
            for (int length = 0; length < answer.Length; length++)
            {
                if (Judge(answer[..length], isEnd: false, body) == "")
                {
                    Assert.Equal("", Judge(answer, isEnd: true, body));
                    break;
                }
            }
        }
    });

    [Theory]
    [InlineData("10.0.0.1", 80, null, "10.0.0.1")]
    [InlineData("10.0.0.1", 8080, null, "10.0.0.1:8080")]
    [InlineData("2001:db8::1", 8080, null, "[2001:db8::1]:8080")]
    [InlineData("2001:db8::1", 8080, "www.example.org", "www.example.org")]
    public void A_request_names_the_site(string address, ushort port, string? host, string expected)
    {
        Assert.True(Address.TryParse(address, out var parsed));
        var question = new CheckQuestion(CheckKind.Http) { Port = port, Path = "/healthz?full=1", Host = host };
        Assert.Equal(
            $"GET /healthz?full=1 HTTP/1.1\r\nHost: {expected}\r\nUser-Agent: nfqlb\r\nAccept: */*\r\n"
                + "Connection: close\r\n\r\n",
            Encoding.ASCII.GetString(HttpRequest.Of(question, parsed)));
    }

    [Theory]
    [InlineData("200", "200", "201 199")]
    [InlineData("200-299, 404", "200 299 404", "300 403")]
    [InlineData("100-599", "100 599", "99 600")]
    public void Status_codes_are_numbers_and_ranges(string text, string right, string wrong)
    {
        Assert.True(HttpStatuses.TryParse(text, out var statuses));
        Assert.All(right.Split(' '), status => Assert.True(statuses.Contains(int.Parse(status))));
        Assert.All(wrong.Split(' '), status => Assert.False(statuses.Contains(int.Parse(status))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("300-200")]
    [InlineData("200-300-400")]
    [InlineData("200,")]
    [InlineData("ok")]
    public void What_are_no_status_codes_is_refused(string text) => Assert.False(HttpStatuses.TryParse(text, out _));

    private static string? Judge(string answer, bool isEnd, string body)
    {
        var question = new CheckQuestion(CheckKind.Http) { Body = body };
        byte[] bytes = Encoding.Latin1.GetBytes(answer);
        return HttpAnswer.TryJudge(bytes, isEnd, question, out string reason) ? reason : null;
    }
}
