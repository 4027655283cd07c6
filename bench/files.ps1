# Files. Run by run.ps1 in a server of its own, with $sandbox and $id.
foreach ($direction in 'up', 'down') {
    "== 256 MiB $direction, from and to a stream (memory: the peer's usual way, all in memory, beside it)"
    $memory = @{}
    $times = Measure-InTurn ([ordered]@{
            sdk          = { $run = Invoke-Sdk $direction, 256, $id; $memory.sdk += , $run.Memory; $run.Seconds }
            peer         = { $run = Invoke-Peer $direction, 256, $id; $memory.peer += , $run.Memory; $run.Seconds }
            'peer, held' = { $run = Invoke-Peer "${direction}memory", 256, $id; $memory.'peer, held' += , $run.Memory; $run.Seconds }
        })
    foreach ($name in $times.Keys) { '{0,-11} {1}; memory {2}' -f $name, (Format-Figure $times[$name] 's'), (Format-Figure $memory[$name] 'MiB') }
    'sdk/peer                        {0:0.00}' -f ((Get-Median $times.sdk) / (Get-Median $times.peer))
    "sdk/peer, held                  {0:0.00}   (wanted: at most 0.60)`n" -f ((Get-Median $times.sdk) / (Get-Median $times.'peer, held'))
}

# Trees: a folder of small files, in directories of 100 files each.
function Write-Tree([string] $Path, [int] $Files) {
    $content = [byte[]]::new(1024)
    $random = [Random]::new(1)
    foreach ($number in 0..($Files - 1)) {
        $folder = Join-Path $Path ('d{0:000}' -f [math]::Floor($number / 100))
        $null = [IO.Directory]::CreateDirectory($folder)
        $random.NextBytes($content)
        [IO.File]::WriteAllBytes((Join-Path $folder "f$number"), $content)
    }
}

foreach ($files in 1000, 10000) {
    # What was written or removed before keeps the disk busy for a while: each tree has a sandbox of its own, and stays.
    Remove-E2BSandbox $sandbox
    $sandbox = New-E2BSandbox -TimeoutSec 3600
    $id = $sandbox.SandboxId
    $tree = Join-Path $data "tree$files"
    Write-Tree $tree $files
    $script:turn = 0
    "== A tree of $files files of 1 KiB up (the peer: one call of files.write)"
    $times = Measure-InTurn ([ordered]@{
            sdk  = { (Invoke-Sdk treeup, (++$script:turn), $id, $tree).Seconds }
            peer = { (Invoke-Peer treeup, (++$script:turn), $id, $tree).Seconds }
        })
    foreach ($name in 'sdk', 'peer') { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
    "sdk/peer                        {0:0.00}   (wanted: at most 0.50)`n" -f ((Get-Median $times.sdk) / (Get-Median $times.peer))

    Copy-E2BItem $tree /home/user/tree -ToSandbox $sandbox -Recurse
    "== The same tree down (the peer: files.list, then files.read, 32 at a time)"
    $times = Measure-InTurn ([ordered]@{
            sdk  = { (Invoke-Sdk treedown, (++$script:turn), $id, $tree).Seconds }
            peer = { (Invoke-Peer treedown, (++$script:turn), $id, $tree).Seconds }
            clear = { Remove-Item "$tree-*" -Recurse; $null }
        })
    foreach ($name in 'sdk', 'peer') { '{0,-8} {1}' -f $name, (Format-Figure $times[$name] 's') }
    "sdk/peer                        {0:0.00}   (wanted: at most 0.50)`n" -f ((Get-Median $times.sdk) / (Get-Median $times.peer))
    $null = Invoke-E2BCommand $sandbox 'rm -rf tree'
    Remove-Item $tree -Recurse
}

# One large file, from the disk and to the disk.
Remove-E2BSandbox $sandbox
$sandbox = New-E2BSandbox -TimeoutSec 3600
$id = $sandbox.SandboxId
$large = Join-Path $data 'large'
$block = [byte[]]::new(1MB)
[Random]::new(2).NextBytes($block)
$stream = [IO.File]::Create($large)
foreach ($number in 1..1024) { $stream.Write($block) }
$stream.Dispose()
$url = [ordered]@{
    up   = [string](Get-E2BFileUrl $sandbox /home/user/curled -Upload)
    down = [string](Get-E2BFileUrl $sandbox /home/user/large)
}
$curl = @{
    up   = { curl -sS -f -o /dev/null -X POST -H 'Content-Type: application/octet-stream' -T $large $url.up }
    down = { curl -sS -f -o "$large-curl" $url.down }
}
foreach ($direction in 'up', 'down') {
    "== A file of 1 GiB $direction, from disk to disk"
    $target = $direction -eq 'up' ? $large : "$large-sdk"
    $memory = [Collections.Generic.List[double]]::new()
    $times = Measure-InTurn ([ordered]@{
            sdk  = { $run = Invoke-Sdk "file$direction", 0, $id, $target; $memory.Add($run.Memory); $run.Seconds }
            curl = { Measure-Seconds { & $curl[$direction]; if ($LASTEXITCODE) { throw "curl: $LASTEXITCODE" } } }
        })
    'sdk      {0}; memory {1}   (wanted: at most 64 MiB)' -f (Format-Figure $times.sdk 's'), (Format-Figure $memory 'MiB')
    'curl     {0}' -f (Format-Figure $times.curl 's')
    "sdk/curl                        {0:0.00}   (wanted: at most 1.50)`n" -f ((Get-Median $times.sdk) / (Get-Median $times.curl))
}
