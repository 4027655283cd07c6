# The tour of ./build.sh try: the main things, on a real sandbox on this machine.
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../out/E2B/E2B.psd1"

# Each step shows its line as one would type it, then runs it.
function Step([string] $Say, [string] $Line) {
    Write-Host "`n# $Say" -ForegroundColor DarkGray
    Write-Host "PS> $Line" -ForegroundColor Cyan
    . ([scriptblock]::Create($Line)) | Out-Host
}

$data = Join-Path ([IO.Path]::GetTempPath()) "e2b-tour-$PID"
try {
    Step 'The E2B API on this machine, and a connection to it.' "Start-E2BLocalServer -DataDirectory '$data'; Connect-E2B -Local"
    Step 'An isolated Linux machine: a container with its own users, processes, network and disk.' '$sbx = New-E2BSandbox -Metadata @{ app = ''tour'' } -TimeoutSec 600; $sbx'
    $sbx = Get-E2BSandbox -Metadata @{ app = 'tour' }
    Step 'Output arrives line by line, as it is produced.' 'Invoke-E2BCommand $sbx ''for i in 1 2 3; do echo "line $i"; sleep 1; done'' | ForEach-Object { "$(Get-Date -Format HH:mm:ss)  $_" }'
    Step 'What is piped in is the command''s stdin.' '''banana'', ''apple'' | Invoke-E2BCommand $sbx ''sort'''
    Step 'A file goes in …' '''hello from PowerShell'' | Set-E2BFile $sbx notes/hello.txt'
    Step '… and comes out again.' 'Get-E2BFile $sbx notes/hello.txt'
    Step 'A typed result instead of output; a failure is no exception here.' 'Invoke-E2BCommand $sbx ''echo out; echo err >&2; exit 3'' -PassThru'
    Step 'What runs at the moment.' 'Get-E2BSandbox'
    Step 'Sandboxes are made to be thrown away.' 'Get-E2BSandbox | Where-Object Template -eq base | Remove-E2BSandbox; Get-E2BSandbox'

    Write-Host @'

That was a real sandbox, made, used and removed on this machine. What to try next, in PowerShell:

  Import-Module ./out/E2B/E2B.psd1
  Start-E2BLocalServer; Connect-E2B -Local      # or, for the cloud: Connect-E2B <your key>, or $env:E2B_API_KEY
  New-E2BSandbox -AsDefault
  Invoke-E2BCommand 'python3 --version'         # with a default sandbox the command is enough
  Get-Help Invoke-E2BCommand -Examples
  Get-Command -Module E2B
'@
}
finally {
    Stop-E2BLocalServer -ErrorAction SilentlyContinue
    if (Test-Path $data) { [IO.Directory]::Delete($data, $true) }
}
