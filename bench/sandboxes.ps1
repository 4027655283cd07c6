# Making and ending sandboxes. Run by run.ps1 in a server of its own.
'== Create and kill of 50 sandboxes at once'
$runs = [ordered]@{ sdk = @(); peer = @() }
$null = Measure-InTurn ([ordered]@{
        sdk  = { $run = Invoke-Sdk lives, 50, -; if ($round -gt 0) { $runs.sdk += $run } }
        peer = { $run = Invoke-Peer lives, 50, -; if ($round -gt 0) { $runs.peer += $run } }
    })
foreach ($name in $runs.Keys) { '{0,-8} {1}, own processor time {2}' -f $name, (Format-Figure $runs[$name].Seconds 's'), (Format-Figure $runs[$name].Cpu 's') }
'wall, sdk/peer                  {0:0.00}   (wanted: at most 1.05)' -f ((Get-Median $runs.sdk.Seconds) / (Get-Median $runs.peer.Seconds))
"processor time, sdk/peer        {0:0.00}   (wanted: at most 0.50)`n" -f ((Get-Median $runs.sdk.Cpu) / (Get-Median $runs.peer.Cpu))
