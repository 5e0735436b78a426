"""What several pages draw: the usual page, filters, map layers, panels, tables of records, charts, names of codes.

Out: ``page.page``, ``filters``, ``map_layer.Choropleth``, ``panels``, ``records``, ``charts``, ``names``.
May import ``pages.queries``, ``pages.session``, ``geo`` and ``loaders``; imports no page.
"""
