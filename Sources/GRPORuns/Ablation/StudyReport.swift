import GRPOJSON

/// Writes what a study found, for people and for programs.
package enum StudyReport {
    package static func write(
        _ table: StudyTable, _ plan: StudyPlan, _ measurements: [StudyMeasurement],
        to directory: StudyDirectory
    ) throws(RunError) {
        try RunFile.write(StudyCSV.table(table), to: directory.table)
        try RunFile.write(StudyCSV.seeds(measurements), to: directory.seeds)
        try RunFile.write(table.markdown, to: directory.markdown)
        try RunFile.write(StudyPage.html(table, plan, measurements), to: directory.report)
        try RunFile.write(table.json.prettyText + "\n", to: directory.json)
    }
}
