# What several test files need. Dot-source it in BeforeAll.

# Waits until a condition holds, at most twenty seconds: never for a fixed time.
function Wait-Until([scriptblock] $Condition) {
    $limit = [DateTime]::UtcNow.AddSeconds(20)
    while (-not (& $Condition)) {
        if ([DateTime]::UtcNow -gt $limit) { throw "did not come true: $Condition" }
        [Threading.Thread]::Sleep(20)
    }
}

# Whether a process whose command line matches runs in a sandbox. Write the pattern so that it does not match itself.
function Test-Running([E2B.Sandbox] $Sandbox, [string] $Pattern) {
    $answer = Invoke-E2BCommand $Sandbox "command -v pgrep >/dev/null || exit 9; pgrep -f '$Pattern' >/dev/null; echo `$?" -ErrorAction Stop
    $answer -eq '0'
}

# Runs a script in a PowerShell of its own and returns what it wrote, errors included, as text.
function Invoke-Fresh([string] $Script) {
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("`$ErrorActionPreference = 'Stop'; $Script"))
    pwsh -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand $encoded 2>&1 | ForEach-Object { "$_" }
}

# Fills a sandbox's disk: most of it with blocks that are only promised, which costs the machine nothing.
function Complete-Disk([E2B.Sandbox] $Sandbox) {
    $fill = 'fallocate -l "$(df --output=avail -B1 /tmp | tail -1)" /tmp/fill || fallocate -l "$(( $(df --output=avail -B1 /tmp | tail -1) - 67108864 ))" /tmp/fill; head -c 2G /dev/zero > /tmp/rest'
    Invoke-E2BCommand $Sandbox $fill -User root -ErrorAction SilentlyContinue 6>$null
}
