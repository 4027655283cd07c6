# Managing templates, against the real server; what a list costs, against one that counts.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    . "$PSScriptRoot/ListPages.ps1"
    $oneTemplate = @(
        '{"templateID":"id#","buildID":"b#","cpuCount":1,"memoryMB":1,"diskSizeMB":1,"public":false,"aliases":["name#"],"names":["team/name#"],'
        '"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","spawnCount":0,"buildCount":1,"envdVersion":"0.6.13","buildStatus":"ready"}'
    ) -join ''

    function Invoke-Build([string] $Name, [string] $Content = $Name) {
        New-E2BTemplate | Add-E2BTemplateStep -Run "echo $Content > /tmp/content" | Build-E2BTemplate $Name 6>$null
    }
}

AfterAll {
    Get-E2BSandbox -State All | Remove-E2BSandbox
    Get-E2BTemplate | Where-Object Name -notin 'base', 'code-interpreter-v1' | Remove-E2BTemplate -Force
}

Describe 'Get-E2BTemplate' {
    BeforeAll {
        $first = Invoke-Build get-first
        $second = Invoke-Build get-second
    }

    It 'lists what is there, with the builds'' size' {
        $all = Get-E2BTemplate
        $all | Should -BeOfType ([E2B.TemplateInfo])
        $all.Name | Should -Contain 'base'
        $one = $all | Where-Object Name -eq get-first
        $one.TemplateId, $one.BuildId, $one.BuildStatus, $one.BuildCount | Should -Be $first.TemplateId, $first.BuildId, 'Ready', 1
        $one.CpuCount, $one.MemoryMB | Should -Be $first.CpuCount, $first.MemoryMB
        $one.Names | Should -Be 'local/get-first'
    }

    It 'finds by name, id, name with namespace, name with tag, pattern, and what another cmdlet wrote' {
        foreach ($name in 'get-first', 'GET-First', $first.TemplateId, 'local/get-first', 'get-first:default') {
            (Get-E2BTemplate $name).TemplateId | Should -Be $first.TemplateId
        }

        (Get-E2BTemplate 'get-*').Name | Sort-Object | Should -Be 'get-first', 'get-second'
        (Get-E2BTemplate 'get-first', 'get-second').Name | Should -Be 'get-first', 'get-second'
        ('get-first', 'get-second' | Get-E2BTemplate).Name | Should -Be 'get-first', 'get-second'
        ($first | Get-E2BTemplate).Name | Should -Be 'get-first'
        (New-E2BSandbox get-second | Get-E2BTemplate).Name | Should -Be 'get-second'
        Get-E2BTemplate 'nothing-like-*' | Should -BeNullOrEmpty
    }

    It 'says what is not there, and goes on' {
        $found = Get-E2BTemplate none, get-first -ErrorVariable failure -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'get-first'
        $failure.FullyQualifiedErrorId | Should -Be 'E2BTemplateNotFound,E2B.PowerShell.Commands.GetE2BTemplateCommand'
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.TargetObject | Should -Be 'none'
    }

    It 'asks for a page when the one before it is used up' {
        $pages = [ListPages]::new(7, $oneTemplate)
        try {
            $connection = Connect-Page $pages
            (Get-E2BTemplate -Connection $connection | Select-Object -First 2).Name | Should -Be 'name0', 'name1'
            @($pages.Asked) | Should -Be '/v2/templates'
            (Get-E2BTemplate -Connection $connection).Name | Should -HaveCount 7
            @($pages.Asked) | Should -HaveCount 4
            (Get-E2BTemplate name4 -Connection $connection).TemplateId | Should -Be 'id4'
            @($pages.Asked) | Should -HaveCount 6
        }
        finally { $pages.Dispose() }
    }

    It 'shows a table that says what matters' {
        $text = Get-E2BTemplate get-first | Out-String -Width 160
        $text | Should -Match 'Name +Status +Public +Builds +CPU +Memory'
        $text | Should -Match "get-first +Ready +False +1 +$($first.CpuCount) +$($first.MemoryMB) MiB"
    }
}

Describe 'Test-E2BTemplate' {
    It 'says whether names, ids and tags are there' {
        $built = Invoke-Build tested
        Test-E2BTemplate tested, $built.TemplateId, tested:default, tested:none, none | Should -Be $true, $true, $true, $false, $false
        $built, 'base' | Test-E2BTemplate | Should -Be $true, $true
    }

    It 'does not say no when the service cannot be asked' {
        $pages = [ListPages]::new(0, $oneTemplate); $connection = Connect-Page $pages; $pages.Dispose()
        { Test-E2BTemplate tested -Connection $connection -ErrorAction Stop } | Should -Throw -ErrorId 'E2BUnreachable,*'
    }
}

Describe 'Remove-E2BTemplate' {
    It 'deletes by name, id and from the pipeline, with -Force' {
        $null = Invoke-Build remove-a; $b = Invoke-Build remove-b; $null = Invoke-Build remove-c
        Remove-E2BTemplate remove-a -Force
        Remove-E2BTemplate $b.TemplateId -Confirm:$false
        Get-E2BTemplate remove-* | Remove-E2BTemplate -Force
        Get-E2BTemplate remove-* | Should -BeNullOrEmpty
        { New-E2BSandbox remove-a -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotFound,*'
    }

    It 'deletes nothing with -WhatIf, though forced' {
        $null = Invoke-Build remove-kept
        Remove-E2BTemplate remove-kept -Force -WhatIf
        Test-E2BTemplate remove-kept | Should -BeTrue
    }

    It 'asks otherwise' {
        [E2B.PowerShell.Commands.RemoveE2BTemplateCommand].GetCustomAttributes($false).ConfirmImpact | Should -Contain 'High'
        # Nobody can be asked there.
        $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path
        Invoke-Fresh "Import-Module '$module'; Remove-E2BTemplate remove-kept" | Out-String | Should -BeLike '*NonInteractive*'
        Test-E2BTemplate remove-kept | Should -BeTrue
    }

    It 'says what is not there, what is in use, and whose it is' {
        { Remove-E2BTemplate none -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
        { Remove-E2BTemplate base -Force -ErrorAction Stop } | Should -Throw '*another project or to the service*' -ErrorId 'E2BAuthenticationFailed,*'
        { Remove-E2BTemplate remove-kept:default -Force -ErrorAction Stop } | Should -Throw '*names a tag*' -ErrorId 'E2BInvalidArgument,*'
        $null = Invoke-Build remove-used
        $sandbox = New-E2BSandbox remove-used
        { Remove-E2BTemplate remove-used -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BConflict,*'
        Remove-E2BSandbox $sandbox
        Remove-E2BTemplate remove-used -Force
    }

    It 'takes no sandbox for its template' {
        $null = Invoke-Build remove-safe
        { New-E2BSandbox remove-safe | Remove-E2BTemplate -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotATemplate,*'
        Test-E2BTemplate remove-safe | Should -BeTrue
    }
}

Describe 'Publish-E2BTemplate and Unpublish-E2BTemplate' {
    It 'make a template public and take it back' {
        $null = Invoke-Build shared
        $public = Publish-E2BTemplate shared -Force -PassThru -Verbose 4>&1
        ($public | Where-Object { $_ -is [E2B.TemplateInfo] }).IsPublic | Should -BeTrue
        "$public" | Should -BeLike '*local/shared*'

        Get-E2BTemplate shared | Unpublish-E2BTemplate | Should -BeNullOrEmpty
        (Get-E2BTemplate shared).IsPublic | Should -BeFalse
    }

    It 'ask before publishing, and say what is not there' {
        [E2B.PowerShell.Commands.PublishE2BTemplateCommand].GetCustomAttributes($false).ConfirmImpact | Should -Contain 'High'
        Publish-E2BTemplate shared -WhatIf
        (Get-E2BTemplate shared).IsPublic | Should -BeFalse
        { Publish-E2BTemplate none -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
        { Unpublish-E2BTemplate none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
    }
}

Describe 'Tags' {
    BeforeAll {
        $old = Invoke-Build tagged old
        $null = Add-E2BTemplateTag tagged v1
        $new = Invoke-Build tagged new
    }

    It 'are listed, also by pattern' {
        $tags = Get-E2BTemplateTag tagged
        $tags | Should -BeOfType ([E2B.TemplateTag])
        $tags.Tag | Should -Be 'default', 'v1'
        ($tags | Where-Object Tag -eq v1).BuildId, ($tags | Where-Object Tag -eq default).BuildId | Should -Be $old.BuildId, $new.BuildId
        (Get-E2BTemplateTag tagged 'v*').Tag | Should -Be 'v1'
        { Get-E2BTemplateTag tagged none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateTagNotFound,*'
        { Get-E2BTemplateTag none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
    }

    It 'say which build sandboxes are made from' {
        Invoke-E2BCommand (New-E2BSandbox tagged:v1) 'cat /tmp/content' | Should -Be 'old'
        Invoke-E2BCommand (New-E2BSandbox tagged) 'cat /tmp/content' | Should -Be 'new'
        Invoke-E2BCommand (Get-E2BTemplateTag tagged v1 | New-E2BSandbox) 'cat /tmp/content' | Should -Be 'old'
    }

    It 'are added to a build by another tag, and removed' {
        $added = Add-E2BTemplateTag tagged:v1 stable, 2026.1x
        $added.Tag | Should -Be '2026.1x', 'stable'
        $added.BuildId | Sort-Object -Unique | Should -Be $old.BuildId
        $added[1].ToString() | Should -Be 'tagged:stable'
        $added.CreatedAt | ForEach-Object { ([DateTimeOffset]::UtcNow - $_).TotalMinutes | Should -BeLessThan 5 }

        Remove-E2BTemplateTag tagged stable -Force
        Get-E2BTemplateTag tagged '2026*' | Remove-E2BTemplateTag -Force
        (Get-E2BTemplateTag tagged).Tag | Should -Be 'default', 'v1'
        { Add-E2BTemplateTag tagged:none other -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
    }

    It 'are said of the template by its name, also where it was piped' {
        $added = Get-E2BTemplate tagged | Add-E2BTemplateTag -Tag piped
        "$added" | Should -Be 'tagged:piped'
        $added.CreatedAt | Should -Not -BeNullOrEmpty
        Remove-E2BTemplateTag tagged piped -Force
    }

    It 'say what there is where the one that is meant is not' {
        $null = New-E2BTemplate | Add-E2BTemplateStep -Run 'true' | Build-E2BTemplate undefaulted -Tag v7 6>$null
        { Add-E2BTemplateTag undefaulted prod -ErrorAction Stop } |
            Should -Throw "*no build with the tag default*Add-E2BTemplateTag undefaulted:v7 prod*Get-E2BTemplateTag undefaulted*" -ErrorId 'E2BTemplateNotFound,*'
        { Add-E2BTemplateTag undefaulted:v8 prod -ErrorAction Stop } | Should -Throw '*no build with the tag v8.*' -ErrorId 'E2BTemplateNotFound,*'
        { Add-E2BTemplateTag nowhere prod -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
    }

    It 'are not numbers' {
        { Add-E2BTemplateTag tagged 1.10, latest } | Should -Throw '*Quote it*'
        { Remove-E2BTemplateTag tagged 1.10, latest -Force } | Should -Throw '*Quote it*'
        (Add-E2BTemplateTag tagged 1.10).Tag | Should -Be '1.10'
        (Add-E2BTemplateTag tagged 2024).Tag | Should -Be '2024'
        Remove-E2BTemplateTag tagged '1.10', '2024' -Force
    }

    It 'that are not there are errors, and the default one stays' {
        Remove-E2BTemplateTag tagged none, v1 -Force -ErrorVariable failure -ErrorAction SilentlyContinue
        $failure.FullyQualifiedErrorId | Should -Be 'E2BTemplateTagNotFound,E2B.PowerShell.Commands.RemoveE2BTemplateTagCommand'
        (Get-E2BTemplateTag tagged).Tag | Should -Be 'default'
        { Remove-E2BTemplateTag tagged default -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Remove-E2BTemplateTag tagged -Force -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoTag,*'
        Remove-E2BTemplateTag tagged default -WhatIf
    }
}

Describe 'Completion' {
    It 'offers templates by their names' {
        $null = Invoke-Build completed
        foreach ($line in 'Get-E2BTemplate comp', 'Remove-E2BTemplate comp', 'New-E2BSandbox comp', 'Build-E2BTemplate comp') {
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'completed'
        }
    }
}
