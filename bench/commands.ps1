# Commands and terminals. Run by run.ps1 in a server of its own, with $sandbox and $id.
'== 200 commands `true`, one after another'
$times = Measure-InTurn ([ordered]@{
        raw    = { (Invoke-Sdk raw, 200, $id).Seconds }
        sdk    = { (Invoke-Sdk true, 200, $id).Seconds }
        cmdlet = { Measure-Seconds { foreach ($i in 1..200) { Invoke-E2BCommand $sandbox 'true' } } }
        peer   = { (Invoke-Peer true, 200, $id).Seconds }
    })
foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
$raw, $ours, $cmdlet, $theirs = 'raw', 'sdk', 'cmdlet', 'peer' | ForEach-Object { Get-Median $times[$_] }
'overhead over raw, sdk/peer     {0:0.00}   (wanted: at most 0.50)' -f (($ours - $raw) / ($theirs - $raw))
'overhead over raw, cmdlet/peer  {0:0.00}' -f (($cmdlet - $raw) / ($theirs - $raw))
"wall, sdk/peer                  {0:0.00}   (wanted: at most 0.95)`n" -f ($ours / $theirs)

'== One command in each of 64 sandboxes at once, 5 times'
$many = 1..64 | ForEach-Object { New-E2BSandbox -TimeoutSec 3600 }
$ids = $many.SandboxId -join ','

# The first commands of a sandbox are slower than those after them, whoever sends them.
foreach ($i in 1..10) { $many | Invoke-E2BCommand 'true' -ThrottleLimit 64 }
$times = Measure-InTurn ([ordered]@{
        raw    = { (Invoke-Sdk fanraw, 5, $ids).Seconds }
        sdk    = { (Invoke-Sdk fan, 5, $ids).Seconds }
        cmdlet = { Measure-Seconds { foreach ($i in 1..5) { $many | Invoke-E2BCommand 'true' -ThrottleLimit 64 } } }
        peer   = { (Invoke-Peer fan, 5, $ids).Seconds }
    })
$many | Remove-E2BSandbox
foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
$raw, $ours, $cmdlet, $theirs = 'raw', 'sdk', 'cmdlet', 'peer' | ForEach-Object { Get-Median $times[$_] }
'overhead over raw, sdk/peer     {0:0.00}   (wanted: at most 0.50)' -f (($ours - $raw) / ($theirs - $raw))
"overhead over raw, cmdlet/peer  {0:0.00}   (wanted: at most 0.50)`n" -f (($cmdlet - $raw) / ($theirs - $raw))

'== 1,000,000 lines into the pipeline, to Out-Null'
$times = Measure-InTurn ([ordered]@{
        cmdlet = { Measure-Seconds { Invoke-E2BCommand $sandbox 'seq 1000000' | Out-Null } }
        native = { Measure-Seconds { bash -c 'seq 1000000' | Out-Null } }
    })
foreach ($name in $times.Keys) { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
"cmdlet/native                   {0:0.00}   (wanted: at most 1.00)`n" -f ((Get-Median $times.cmdlet) / (Get-Median $times.native))

'== A key from the keyboard to its echo, through Enter-E2BSandbox'
foreach ($round in 1..$Rounds) {
    $median, $least, $late = -split (python3 "$root/bench/keypress.py" $module $id 200)
    "round $round         median $median ms, minimum $least ms, 95th percentile $late ms   (wanted: median under 10)"
}
''
