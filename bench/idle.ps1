# What idle sandboxes cost. Run by run.ps1; the server is started here, so that it and its pool count too.
'== Memory of 100 idle sandboxes, server and pool counted'
function Get-Available { [long] ((Select-String -LiteralPath /proc/meminfo -Pattern '^MemAvailable:\s+(\d+)').Matches[0].Groups[1].Value) / 1024 }

# What is being started or ended changes the figure: it is taken when it has stood still for 3 s, or after a minute.
function Get-SteadyAvailable {
    $seen = [Collections.Generic.List[double]]::new()
    foreach ($i in 1..60) {
        $seen.Add((Get-Available))
        $last = $seen | Select-Object -Last 4 | Measure-Object -Minimum -Maximum
        if ($seen.Count -ge 4 -and $last.Maximum - $last.Minimum -lt 10) { break }
        Start-Sleep -Seconds 1
    }
    $seen[-1]
}

$before = Get-SteadyAvailable
Use-Server @() {
    $empty = Get-SteadyAvailable
    $idle = 1..100 | ForEach-Object { New-E2BSandbox -TimeoutSec 3600 }
    $full = Get-SteadyAvailable
    $running = @(Get-E2BSandbox).Count
    'alive at once                   {0}   (wanted: 100)' -f $running
    'server and pool                 {0:0} MiB' -f ($before - $empty)
    "each sandbox                    {0:0.0} MiB   (wanted: at most 45)`n" -f (($before - $full) / $running)
    $idle | Remove-E2BSandbox
}
