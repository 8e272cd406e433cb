"""How import-plan makes the draft of a plan from a document.

    reading, docx, odt, pdf, text     a file, as passages: paragraphs and rows of tables, each with its place
    letters                           old encodings and hidden characters, as plain Unicode
    dates, asides, expressions        the words of a date, as what a plan says for them
    people                            the words for agencies, as ids
    layout, tables                    the passages of a document; what the columns of a table are for
    head                              what the document is: its kind, title, year, number
    document, wording                 which passage asks for what; how a task is called and quoted
    draft                             the plan that comes of it
"""
