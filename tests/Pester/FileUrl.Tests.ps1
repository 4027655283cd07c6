BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox
    # Text or bytes, whatever the service takes the file for.
    function Read-Url([string] $Url) { [Text.Encoding]::UTF8.GetString((Invoke-WebRequest $Url).RawContentStream.ToArray()) }
    function Get-Status([string] $Url, [hashtable] $Options = @{}) {
        (Invoke-WebRequest -Uri $Url -SkipHttpErrorCheck @Options).StatusCode
    }
}
AfterAll { Remove-E2BSandbox $sandbox }

Describe 'Get-E2BFileUrl' {
    It 'gives a URL that downloads the file without a key' {
        $name = '/tmp/url ä&b=c#d?.txt'
        Set-E2BFile $sandbox $name 'content'
        $url = Get-E2BFileUrl $sandbox -LiteralPath $name
        $url | Should -BeOfType ([string])
        Read-Url $url | Should -BeExactly "content`n"
        $local = Join-Path $TestDrive 'downloaded'
        Invoke-WebRequest (Get-E2BFileUrl $sandbox -LiteralPath $name -Expires 60) -OutFile $local
        Get-Content $local -Raw | Should -BeExactly "content`n"
    }

    It 'gives a URL that uploads' {
        $url = Get-E2BFileUrl $sandbox uploaded/by-url -Upload -Expires ([TimeSpan]::FromMinutes(5))
        $null = Invoke-WebRequest $url -Method Post -ContentType 'application/octet-stream' -Body ([byte[]](0..255))
        Get-E2BFile $sandbox /home/user/uploaded/by-url -AsByteStream | Should -Be (0..255)
    }

    It 'gives a URL for one purpose, one file and one user only' {
        Set-E2BFile $sandbox /tmp/one 'x'
        Set-E2BFile $sandbox /tmp/two 'x'
        $url = Get-E2BFileUrl $sandbox /tmp/one -Expires 60
        Get-Status $url | Should -Be 200
        Get-Status $url @{ Method = 'Post'; ContentType = 'application/octet-stream'; Body = 'y' } | Should -Be 401
        Get-Status $url.Replace('one', 'two') | Should -Be 401
        Get-Status "$url&username=root" | Should -Be 401
        Get-Status (Get-E2BFileUrl $sandbox /tmp/one -Upload) | Should -Be 401
    }

    It 'gives a URL whose signature and end cannot be changed' {
        Set-E2BFile $sandbox /tmp/one 'x'
        $url = Get-E2BFileUrl $sandbox /tmp/one -Expires 60
        $url | Should -Match 'signature=v1_.'
        $letter = if ($url -match 'signature=v1_A') { 'B' } else { 'A' }
        Get-Status ($url -replace 'signature=v1_.', "signature=v1_$letter") | Should -Be 401
        Get-Status ($url -replace 'signature_expiration=\d', 'signature_expiration=9') | Should -Be 401
        Get-Status ($url -replace '&signature_expiration=\d+', '') | Should -Be 401
        Get-Status ($url -replace '&signature=[^&]+', '') | Should -Not -Be 200
    }

    It 'gives a URL that ends' {
        Set-E2BFile $sandbox /tmp/one 'x'
        $url = Get-E2BFileUrl $sandbox /tmp/one -Expires 1
        Wait-Until { (Get-Status $url) -eq 401 }
        Get-Status (Get-E2BFileUrl $sandbox /tmp/one) | Should -Be 200
    }

    It 'acts for the user asked for' {
        Set-E2BFile $sandbox /root/theirs 'of root' -User root
        Read-Url (Get-E2BFileUrl $sandbox theirs -User root) | Should -BeExactly "of root`n"
        $null = Invoke-WebRequest (Get-E2BFileUrl $sandbox by-root -User root -Upload) -Method Post -ContentType 'application/octet-stream' -Body 'x'
        (Get-E2BItem $sandbox /root/by-root -User root).Owner | Should -Be 'root'
    }

    It 'makes several, of wildcards and of what is piped' {
        Set-E2BFile $sandbox /tmp/urls/a 'a'
        Set-E2BFile $sandbox /tmp/urls/b 'b'
        $contents = Get-E2BFileUrl $sandbox /tmp/urls/* | ForEach-Object { (Read-Url $_).Trim() }
        $contents | Should -Be @('a', 'b')
        $contents = Get-E2BChildItem $sandbox /tmp/urls | Get-E2BFileUrl -Expires 60 | ForEach-Object { (Read-Url $_).Trim() }
        $contents | Should -Be @('a', 'b')
    }

    It 'refuses a time that is none' {
        { Get-E2BFileUrl $sandbox /tmp/one -Expires 0 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
    }
}
