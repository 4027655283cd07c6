# Bytes through edge and agent, and through a plain Kestrel that stores and serves a file outside of any sandbox; the
# same client for both. Run by run.ps1 in a server of its own, with $sandbox and $id.
$start = [Diagnostics.ProcessStartInfo]::new('dotnet', [string[]]@($sdk, 'serve', '0', "$data/plain"))
$start.RedirectStandardInput = $start.RedirectStandardOutput = $true
$plain = [Diagnostics.Process]::Start($start)
try {
    $there = $plain.StandardOutput.ReadLine()
    $urls = [ordered]@{
        put = @{ edge = [string](Get-E2BFileUrl $sandbox /home/user/through -Upload); plain = $there }
        get = @{ edge = [string](Get-E2BFileUrl $sandbox /home/user/through); plain = $there }
    }
    foreach ($direction in $urls.Keys) {
        "== 512 MiB $($direction -eq 'put' ? 'up' : 'down'), through edge and agent and through a plain Kestrel"
        $times = Measure-InTurn ([ordered]@{
                edge  = { [double](dotnet $sdk $direction 512 $urls[$direction].edge) }
                plain = { [double](dotnet $sdk $direction 512 $urls[$direction].plain) }
            })
        foreach ($name in $times.Keys) { '{0,-8} {1}, {2:0} MiB/s' -f $name, (Format-Figure $times[$name] 's'), (512 / (Get-Median $times[$name])) }
        "throughput, edge/plain          {0:0.00}   (wanted: at least 0.50)`n" -f ((Get-Median $times.plain) / (Get-Median $times.edge))
    }
}
finally {
    $plain.StandardInput.Close()
    $plain.WaitForExit()
}
